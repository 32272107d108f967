import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readService } from "../../../../infra/configuration/service.ts";
import { PersonError } from "../../../../infra/errors.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "capstone-service-"));
  mkdirSync(join(root, "shop/static"), { recursive: true });
  writeFileSync(join(root, "shop/Dockerfile"), "FROM scratch\n");
});
afterEach(() => rmSync(root, { recursive: true }));

/** The service that is declared so, in the folder `shop`. */
function read(text: string) {
  writeFileSync(join(root, "shop/service.yaml"), text);
  return readService("shop", root);
}

/** What a person is told, a sentence a line. */
function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof PersonError) return error.message;
    throw error;
  }
  return "nothing is refused";
}

const least = "name: shop\nport: 8000\nuser: 10001\n";

describe("a service's declaration", () => {
  it("has defaults for all but its name, port and user", () => {
    expect(read(least)).toEqual({
      folder: "shop",
      name: "shop",
      port: 8000,
      user: 10001,
      health: "/health",
      memoryMegabytes: 256,
      writablePaths: ["/tmp"],
      stopSeconds: 30,
      startSeconds: 90,
      secretsAs: "environment",
      secrets: [],
      environment: {},
      source: { context: "shop", dockerfile: "Dockerfile", files: ["**"], documents: true },
    });
  });

  it("takes every key", () => {
    const text = `${least}
health: /ready
memoryMegabytes: 512
writablePaths: [/tmp, /var/cache/shop]
stopSeconds: 60
startSeconds: 120
migrate: ["python", "-m", "migrate"]
migrations: ["shop/service.*"]
metrics: /metrics
secretsAs: files
environment: {LOG_LEVEL: info}
secrets: [JWT_KEY]
assets: static
build: {context: .., files: ["shop/**", "sho*"]}
`;
    expect(read(text)).toMatchObject({
      migrate: ["python", "-m", "migrate"],
      secretsAs: "files",
      environment: { LOG_LEVEL: "info" },
      assets: "static",
      source: { context: ".", dockerfile: "shop/Dockerfile", files: ["shop/**", "sho*"] },
    });
  });

  it.each([
    ["name: Shop", 'name is "Shop"; allowed is up to 31 of a-z, 0-9 and -, starting with a letter.'],
    ["name: app", 'name is "app"; that is what the project\'s own service is called.'],
    ["port: 80", "port is 80; allowed is a whole number from 1024 to 65535."],
    ["port: eighty", 'port is "eighty"; allowed is a whole number from 1024 to 65535.'],
    ["port: 8000.5", "port is 8000.5; allowed is a whole number from 1024 to 65535."],
    ["port:", "port is empty; allowed is a whole number from 1024 to 65535."],
    ["user: 0", "user is 0; allowed is a whole number from 1 to 65535."],
    ["user: root", 'user is "root"; allowed is a whole number from 1 to 65535.'],
    ["health: health", 'health is "health"; allowed is a path such as /health.'],
    ["health: /a b", 'health is "/a b"; allowed is a path such as /health.'],
    ["memoryMegabytes: 32", "memoryMegabytes is 32; allowed is a whole number from 64 to 8192."],
    [
      "writablePaths: /tmp",
      'writablePaths is "/tmp"; allowed is a list of up to 10 different absolute paths.',
    ],
    [
      "writablePaths: [/tmp, /tmp]",
      'writablePaths is ["/tmp","/tmp"]; allowed is a list of up to 10 different absolute paths.',
    ],
    [
      "writablePaths: [/tmp, /var/../etc]",
      'writablePaths.1 is "/var/../etc"; allowed is an absolute path such as /tmp, without . and ...',
    ],
    ["stopSeconds: 0", "stopSeconds is 0; allowed is a whole number from 1 to 110."],
    ["startSeconds: 1h", 'startSeconds is "1h"; allowed is a whole number from 1 to 600.'],
    [
      "migrate: python -m migrate",
      'migrate is "python -m migrate"; allowed is a list of a program and its arguments, as in ["python", "-m", "migrate"].',
    ],
    [
      "migrate: []",
      'migrate is []; allowed is a list of a program and its arguments, as in ["python", "-m", "migrate"].',
    ],
    ["migrate: [sleep, 1]", "migrate.1 is 1; allowed is text."],
    ["migrations: ['**']", "migrations is set and migrate is not; it says when migrate is run."],
    ["migrate: [a]\nmigrations: [sql/**]", 'migrations has "sql/**"; it matches no file in shop.'],
    ["build: {files: [src/**]}", 'build.files has "src/**"; it matches no file in shop.'],
    ["drainingText: 'a b'", 'drainingText is "a b"; allowed is a word of letters, digits, _ and -.'],
    ["healthCheck: curl", 'healthCheck is "curl"; allowed is a list of a program and its arguments.'],
    ["metrics: true", "metrics is true; allowed is a path such as /metrics."],
    ["metrics: /health", 'metrics is "/health", as is health; each has a path of its own.'],
    ["secretsAs: arguments", 'secretsAs is "arguments"; allowed is one of environment, files.'],
    ["secrets: [jwt]", 'secrets.0 is "jwt"; allowed is a name of A-Z, 0-9 and _, starting with a letter.'],
    [
      "secrets: [DATABASE_URL]",
      "secrets has DATABASE_URL; allowed is a name that is not the platform's own.",
    ],
    ["environment: [A]", 'environment is ["A"]; allowed is names with texts, as in {LOG_LEVEL: info}.'],
    [
      "environment: {WORKERS: 4}",
      "environment.WORKERS is 4; allowed is text; put numbers and true or false in quotes.",
    ],
    ["environment: {'A B': c}", 'environment has "A B"; allowed is a name of letters, digits and _.'],
    ["environment: {PORT: '1'}", "environment has PORT; allowed is a name that is not the platform's own."],
    [
      "secrets: [KEY]\nenvironment: {KEY: a}",
      "environment has KEY, as has secrets; a secret is in secrets alone.",
    ],
    ["assets: /etc", 'assets is "/etc"; allowed is a folder inside the service\'s, as in static.'],
    ["assets: ../other", 'assets is "../other"; allowed is a folder inside the service\'s, as in static.'],
    ["assets: public", 'assets is "public"; there is no such folder in shop.'],
    ["build: {context: /}", 'build.context is "/"; allowed is .. or ../.., a folder above the service\'s.'],
    ["build: {target: x}", "build.target is not a key; allowed are context, files."],
    [
      "prot: 8000",
      "prot is not a key; allowed are name, port, user, health, drainingText, healthCheck, memoryMegabytes, writablePaths, stopSeconds, startSeconds, migrate, migrations, metrics, secretsAs, secrets, environment, assets, build.",
    ],
  ])("with %j is refused in one sentence", (line, sentence) => {
    const [key] = line.split(":");
    const others = least.split("\n").filter((other) => !other.startsWith(`${key}:`));
    expect(refusal([...others, line].join("\n"))).toBe(`shop/service.yaml: ${sentence}`);
  });

  it("says everything that is wrong at once", () => {
    expect(refusal("port: 80")).toBe(
      [
        "shop/service.yaml: name is missing; it takes up to 31 of a-z, 0-9 and -, starting with a letter.",
        "shop/service.yaml: user is missing; it takes a whole number from 1 to 65535.",
        "shop/service.yaml: port is 80; allowed is a whole number from 1024 to 65535.",
      ].join("\n"),
    );
  });

  it("that is not valid YAML, or no keys, is refused with the place", () => {
    expect(refusal("name: [shop")).toMatch(
      /^shop\/service\.yaml is not valid YAML: .* at line 1, column 12:?$/,
    );
    expect(refusal("name: shop\nname: shop")).toMatch(
      /^shop\/service\.yaml is not valid YAML: .*unique.* line 2/,
    );
    expect(refusal("")).toBe(
      "shop/service.yaml is empty; allowed are keys with values, as in name: guestbook.",
    );
    expect(refusal("shop")).toBe(
      'shop/service.yaml is "shop"; allowed are keys with values, as in name: guestbook.',
    );
  });

  it("is asked for where it is missing, as is the Dockerfile", () => {
    expect(() => readService("shop", root)).toThrow(
      "There is no shop/service.yaml; a service's folder has a Dockerfile and a service.yaml.",
    );
    rmSync(join(root, "shop/Dockerfile"));
    expect(refusal(least)).toBe(
      "There is no shop/Dockerfile; a service's folder has a Dockerfile and a service.yaml.",
    );
  });
});
