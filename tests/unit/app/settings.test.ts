import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defaultLimits, parseLimits } from "../../../app/settings/limits.ts";
import { readMigrationSettings, readSettings } from "../../../app/settings/settings.ts";

const seed = Buffer.alloc(32, 7).toString("base64");
const good = {
  NODE_NAME: "capstone-dev-app-1",
  DATABASE_URL: "postgres://capstone@edge:5432/capstone",
  DATABASE_PASSWORD: "p@ss",
  OBJECT_STORE_REGION: "garage",
  OBJECT_STORE_BUCKET: "capstone-uploads",
  ASSETS_URL: "http://127.0.0.1:8080/assets/",
  SIGNING_KEYS: `{"active": 2, "keys": {"1": "${seed}", "2": "${seed}"}}`,
};

const complaint = (changes: Record<string, string | undefined>): string => {
  try {
    readSettings({ ...good, ...changes });
    return "none";
  } catch (error) {
    return (error as Error).message;
  }
};

test("what is not said has its default", () => {
  expect(readSettings(good)).toEqual({
    nodeName: "capstone-dev-app-1",
    release: { image: "unknown", commit: "unknown" },
    port: 3000,
    logLevel: "info",
    trustedProxies: [],
    database: {
      host: "edge",
      port: 5432,
      database: "capstone",
      user: "capstone",
      password: "p@ss",
      certificateAuthority: undefined,
      poolSize: 10,
    },
    objectStore: {
      region: "garage",
      bucket: "capstone-uploads",
      endpoint: undefined,
      credentials: undefined,
      assetsUrl: "http://127.0.0.1:8080/assets",
    },
    signingKeys: {
      activeGeneration: "2",
      seeds: new Map([
        ["1", Buffer.alloc(32, 7)],
        ["2", Buffer.alloc(32, 7)],
      ]),
    },
    limits: defaultLimits,
    limitPatienceMs: 1_000,
    corsOrigins: [],
    tracesUrl: undefined,
  });
});

describe("secrets", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "secrets-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test("come from files where a directory is given, and the environment is then not asked", () => {
    writeFileSync(join(directory, "database-password"), "from a file\n");
    writeFileSync(join(directory, "signing-keys"), good.SIGNING_KEYS);
    expect(readSettings({ ...good, SECRETS_DIRECTORY: directory }).database.password).toBe("from a file");
    rmSync(join(directory, "database-password"));
    expect(complaint({ SECRETS_DIRECTORY: directory })).toBe(
      `The secret database-password is missing: there is no file ${directory}/database-password.`,
    );
  });

  test("the migration reads its own two", () => {
    expect(readMigrationSettings({ ...good, APPLICATION_PASSWORD: "a" })).toMatchObject({
      database: { password: "p@ss", poolSize: 1 },
      applicationPassword: "a",
      applicationLogin: "capstone",
    });
    const login = (APPLICATION_LOGIN: string) =>
      readMigrationSettings({ ...good, APPLICATION_PASSWORD: "a", APPLICATION_LOGIN }).applicationLogin;
    expect(login("capstone_12")).toBe("capstone_12");
    expect(() => login("postgres")).toThrow(
      'APPLICATION_LOGIN is "postgres"; allowed is capstone or capstone_',
    );
    expect(() => readMigrationSettings(good)).toThrow(
      "The secret application-password is missing: set APPLICATION_PASSWORD, or SECRETS_DIRECTORY with a file application-password.",
    );
  });
});

test.each([
  [{ PORT: "0" }, 'PORT is "0"; allowed is a whole number from 1 to 65535.'],
  [{ PORT: "3000.5" }, 'PORT is "3000.5"; allowed is a whole number from 1 to 65535.'],
  [
    { LOG_LEVEL: "loud" },
    'LOG_LEVEL is "loud"; allowed is one of fatal, error, warn, info, debug, trace, silent.',
  ],
  [{ NODE_NAME: undefined }, "NODE_NAME is not set; it takes a name of letters, digits, dots and hyphens."],
  [{ DATABASE_URL: undefined }, "DATABASE_URL is not set; it looks like postgres://USER@HOST:PORT/DATABASE."],
  [
    { DATABASE_URL: "mysql://a@b/c" },
    "DATABASE_URL is no address of the form postgres://USER@HOST:PORT/DATABASE.",
  ],
  [
    { DATABASE_URL: "postgres://edge/capstone" },
    "DATABASE_URL names no user; it looks like postgres://USER@HOST:PORT/DATABASE.",
  ],
  [
    { DATABASE_URL: "postgres://a:hush@edge/capstone" },
    "DATABASE_URL carries a password; that belongs into the secret database-password.",
  ],
  [
    { TRUSTED_PROXIES: "10.0.0.0/33" },
    'TRUSTED_PROXIES has "10.0.0.0/33"; allowed are addresses and networks such as 10.0.0.0/16.',
  ],
  [
    { TRUSTED_PROXIES: "10.0.0.1,edge" },
    'TRUSTED_PROXIES has "edge"; allowed are addresses and networks such as 10.0.0.0/16.',
  ],
  [
    { OBJECT_STORE_ACCESS_KEY: "GK1" },
    "object-store-access-key and object-store-secret-key belong together; only one of them is there.",
  ],
  [{ SIGNING_KEYS: "secret" }, "signing-keys is not JSON."],
  [{ SIGNING_KEYS: "[]" }, 'signing-keys has no object "keys".'],
  [
    { SIGNING_KEYS: '{"active":1,"keys":{"1":"c2hvcnQ="}}' },
    "signing-keys has a key 1 that is not 32 bytes in base64.",
  ],
  [
    { SIGNING_KEYS: `{"active":3,"keys":{"1":"${seed}"}}` },
    'signing-keys says that "3" is active, but has 1.',
  ],
  [
    { DATABASE_CA_FILE: "/nowhere/ca.pem" },
    /^DATABASE_CA_FILE names \/nowhere\/ca\.pem, which cannot be read: ENOENT/,
  ],
])("%o is refused with a sentence", (changes, sentence) => {
  const said = complaint(changes);
  if (typeof sentence === "string") expect(said).toBe(sentence);
  else expect(said).toMatch(sentence);
});

test("all that is wrong is said at once, and no secret with it", () => {
  const said = complaint({
    PORT: "x",
    NODE_NAME: "a b",
    SIGNING_KEYS: `{"active":9,"keys":{"1":"${seed}"}}`,
  });
  expect(said.split("\n")).toHaveLength(3);
  expect(said).not.toContain(seed);
});

describe("limits", () => {
  test("those that are named change, the others stay", () => {
    const limits = parseLimits("writesPerAccount=600/60 signUpsPerAddress=20/3600");
    expect(limits).toEqual({
      ...defaultLimits,
      writesPerAccount: { count: 600, windowSeconds: 60 },
      signUpsPerAddress: { count: 20, windowSeconds: 3600 },
    });
  });

  test.each([
    "writes=1/1",
    "writesPerAccount=0/60",
    "writesPerAccount=1",
    "writesPerAccount=-1/1",
    "constructor=1/1",
  ])("%s is refused", (text) => expect(complaint({ RATE_LIMITS: text })).toMatch(/^RATE_LIMITS has "/));
});

test("where traces go", () => {
  const url = "http://collector:4318/v1/traces";
  expect(readSettings({ ...good, TRACES_URL: url }).tracesUrl).toBe(url);
  expect(complaint({ TRACES_URL: "collector" })).toMatch(/^TRACES_URL is no address of the form/);
});

describe("origins", () => {
  test("several, or any", () => {
    const origins = ["https://app.example.com", "http://localhost:5173"];
    expect(readSettings({ ...good, CORS_ORIGINS: origins.join(" ") }).corsOrigins).toEqual(origins);
    expect(readSettings({ ...good, CORS_ORIGINS: "*" }).corsOrigins).toEqual(["*"]);
  });

  test.each(["app.example.com", "https://app.example.com/", "null", "ftp://a.b", "https://*.example.com/x"])(
    "%s is refused",
    (text) => expect(complaint({ CORS_ORIGINS: text })).toMatch(/^CORS_ORIGINS has "/),
  );
});
