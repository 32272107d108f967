import { defaultLimits, type Limits, parseLimits } from "./limits.ts";
import { parseOrigins } from "./origins.ts";
import { SettingsReader } from "./reader.ts";
import { parseSigningKeys, type SigningKeySeeds } from "./signing-key-seeds.ts";

/** Where Postgres is and how to log in. */
export interface DatabaseSettings {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** PEM of the authority that signed the server's certificate. With it TLS is required and verified. */
  certificateAuthority: string | undefined;
  /** Connections that one node opens at most. */
  poolSize: number;
}

/** The bucket that keeps uploads. */
export interface ObjectStoreSettings {
  region: string;
  bucket: string;
  /** Absent on AWS, where the region says it. */
  endpoint: string | undefined;
  /** Absent on AWS, where the task's role is the credential. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Public address of the bucket's objects, without a trailing slash. */
  assetsUrl: string;
}

export interface Settings {
  /** What `x-served-by` says. */
  nodeName: string;
  release: { image: string; commit: string };
  port: number;
  logLevel: string;
  /** Addresses whose `x-forwarded-for` is believed. */
  trustedProxies: string[];
  database: DatabaseSettings;
  objectStore: ObjectStoreSettings;
  signingKeys: SigningKeySeeds;
  limits: Limits;
  /** How long a request waits for the counters that all nodes share before it goes on without them. */
  limitPatienceMs: number;
  /** Whose pages may use the API from a browser; `*` is any. */
  corsOrigins: string[];
  /** Where spans are sent, by OTLP over HTTP; undefined where traces are off. */
  tracesUrl: string | undefined;
}

/**
 * Reads every setting from the environment, and every secret from its file in `SECRETS_DIRECTORY` or, where that is
 * not set, from the environment variable of its name. The one place that reads either.
 * @throws SettingsError that lists all that is missing or wrong, and no secret's value.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const reader = new SettingsReader(environment);
  const settings = {
    nodeName: reader.text(
      "NODE_NAME",
      "a name of letters, digits, dots and hyphens",
      /^[a-z0-9][a-z0-9.-]{0,62}$/i,
    ),
    release: {
      image: reader.textOr("RELEASE_IMAGE", "unknown"),
      commit: reader.textOr("RELEASE_COMMIT", "unknown"),
    },
    port: reader.integer("PORT", 3000, 1, 65_535),
    logLevel: reader.oneOf("LOG_LEVEL", "info", [
      "fatal",
      "error",
      "warn",
      "info",
      "debug",
      "trace",
      "silent",
    ]),
    trustedProxies: reader.addresses("TRUSTED_PROXIES"),
    database: readDatabase(reader),
    objectStore: readObjectStore(reader),
    signingKeys: reader.parsed("signing-keys", reader.secret("signing-keys"), parseSigningKeys),
    limits: reader.parsed("RATE_LIMITS", reader.optional("RATE_LIMITS"), parseLimits) ?? defaultLimits,
    limitPatienceMs: 1_000,
    corsOrigins: reader.parsed("CORS_ORIGINS", reader.optional("CORS_ORIGINS"), parseOrigins) ?? [],
    tracesUrl: reader.optional("TRACES_URL"),
  };
  if (settings.tracesUrl !== undefined)
    reader.url("TRACES_URL", ["http:", "https:"], "http://HOST:4318/v1/traces");
  // Nothing is undefined if the reader found no errors.
  reader.finish();
  return settings as Settings;
}

/**
 * The settings of the migration step: it logs in as the schema's owner and sets the application user's password.
 * @throws SettingsError as readSettings does.
 */
export function readMigrationSettings(environment: NodeJS.ProcessEnv): {
  database: DatabaseSettings;
  applicationPassword: string;
  applicationLogin: string;
} {
  const reader = new SettingsReader(environment);
  const database = readDatabase(reader);
  const applicationPassword = reader.secret("application-password");
  const applicationLogin = reader.textOr("APPLICATION_LOGIN", "capstone");
  if (!/^capstone(_[1-9]\d*)?$/.test(applicationLogin)) {
    reader.refuse(
      `APPLICATION_LOGIN is "${applicationLogin}"; allowed is capstone or capstone_<generation>.`,
    );
  }
  reader.finish();
  return {
    database: { ...database, poolSize: 1 },
    applicationPassword: applicationPassword as string,
    applicationLogin,
  };
}

function readDatabase(reader: SettingsReader): DatabaseSettings {
  const url = reader.url("DATABASE_URL", ["postgres:", "postgresql:"], "postgres://USER@HOST:PORT/DATABASE");
  const part = (value: string | undefined, what: string): string => {
    if (url && !value)
      reader.refuse(`DATABASE_URL names no ${what}; it looks like postgres://USER@HOST:PORT/DATABASE.`);
    return decodeURIComponent(value ?? "");
  };
  if (url?.password)
    reader.refuse("DATABASE_URL carries a password; that belongs into the secret database-password.");
  return {
    host: part(url?.hostname.replace(/^\[|\]$/g, ""), "host"),
    port: Number(url?.port || 5432),
    database: part(url?.pathname.slice(1), "database"),
    user: part(url?.username, "user"),
    password: reader.secret("database-password") ?? "",
    certificateAuthority: reader.file("DATABASE_CA_FILE"),
    poolSize: reader.integer("DATABASE_POOL_SIZE", 10, 1, 100),
  };
}

function readObjectStore(reader: SettingsReader): ObjectStoreSettings {
  const accessKeyId = reader.optionalSecret("object-store-access-key");
  const secretAccessKey = reader.optionalSecret("object-store-secret-key");
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    reader.refuse(
      "object-store-access-key and object-store-secret-key belong together; only one of them is there.",
    );
  }
  const endpoint = reader.optional("OBJECT_STORE_ENDPOINT");
  if (endpoint !== undefined) reader.url("OBJECT_STORE_ENDPOINT", ["http:", "https:"], "http://HOST:PORT");
  reader.url("ASSETS_URL", ["http:", "https:"], "https://HOST/PATH");
  return {
    region: reader.text("OBJECT_STORE_REGION", "a region such as eu-central-1", /^[a-z0-9-]{1,63}$/),
    bucket: reader.text("OBJECT_STORE_BUCKET", "a bucket's name", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    endpoint,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    assetsUrl: reader.textOr("ASSETS_URL", "").replace(/\/+$/, ""),
  };
}
