/** What runs in a stack: roles, users, ports and timeouts, each said once. */

/** The `capstone.role` label of every container, network and volume. */
export const roles = [
  "app",
  "database",
  "consensus",
  "proxy",
  "edge",
  "object-store",
  "migration",
  "metrics",
  "alerts",
  "dashboards",
  "exporter",
  "backup",
  // What the parts above depend on.
  "service-network",
  "data-network",
  "cluster-network",
  "app-secrets",
  "database-secrets",
  "object-store-secrets",
  "migration-secrets",
  "database-settings",
  "database-monitor",
  "database-login",
  "database-login-secrets",
  "object-store-setup",
  "backup-secrets",
  "restore",
  "metrics-secrets",
  "alerts-secrets",
  "exporter-secrets",
  // What a drill adds and takes away again.
  "drill",
] as const;
export type Role = (typeof roles)[number];

/** The users that containers run as: numbers, since that is what a volume's files carry. The service's is in its declaration. */
export const userIds = {
  consensus: 10002,
  database: 10003,
  proxy: 10004,
  objectStore: 10005,
  metrics: 10011,
  alerts: 10012,
  exporter: 10013,
  dashboards: 10014,
} as const;

/** Ports inside the stack's networks. */
export const ports = {
  /** The proxies' front doors, all on the edge's address. */
  edgeHttp: 8080,
  edgePrimary: 5432,
  edgeReplica: 5433,
  edgeObjectStore: 3900,
  /** Where Prometheus asks whether connections to the edge are accepted. */
  edgeAnswers: 8404,
  /** HAProxy's own metrics, on each proxy's address. */
  proxyMetrics: 8405,
  postgres: 5432,
  patroni: 8008,
  consensusClient: 2379,
  consensusPeer: 2380,
  objectStoreS3: 3900,
  objectStoreRpc: 3901,
  objectStoreWeb: 3902,
  objectStoreAdmin: 3903,
  metrics: 9090,
  alerts: 9093,
  dashboards: 3000,
  databaseExporter: 9187,
  hostExporter: 9100,
  backupMetrics: 9101,
  /** What watches the database node that it runs on. */
  nodeWatch: 9102,
} as const;

/** Quorums need three; the two proxies share the edge's address. */
export const counts = { consensus: 3, objectStore: 3, proxy: 2, exporter: 2 } as const;

/** The path on `apiUrl`'s host under which uploaded objects are public. */
export const assetsPath = "/assets";

/** Names inside Postgres. */
export const database = {
  name: "capstone",
  /** Owns the schema; only the migration logs in as it. */
  ownerUser: "capstone_owner",
  /** What the application nodes log in as: reads and writes rows, changes no schema. */
  applicationUser: "capstone",
  /** What the exporter logs in as: sees statistics, and no row. */
  monitorUser: "monitor",
} as const;

/** The login that a generation of the application's password has: two of them work side by side while one replaces the other. */
export function applicationLogin(generation: number): string {
  return generation === 1 ? database.applicationUser : `${database.applicationUser}_${generation}`;
}

export const bucketName = "capstone-uploads";

/** The region that the object store of the local target answers to. */
export const objectStoreRegion = "garage";

/** The memory limit of one part, in MiB. An application node's is in its service's declaration. */
export const memoryLimits = {
  consensus: 256,
  database: 768,
  edge: 32,
  proxy: 128,
  objectStore: 256,
  backup: 512,
  metrics: 256,
  alerts: 96,
  exporter: 64,
  dashboards: 256,
} as const;

/** How long each part may take to stop cleanly, in seconds. */
export const stopTimeoutSeconds = {
  /** A fast shutdown with its checkpoint; Patroni gives the lead away first. */
  database: 30,
  consensus: 10,
  /** It serves nobody itself. */
  edge: 2,
  proxy: 25,
  objectStore: 15,
  /** A backup that is cut short is made again. */
  backup: 5,
  monitoring: 10,
} as const;

/** How long a container's health check may take, in seconds. */
export const healthCheckTimeoutSeconds = 4;

/**
 * The processor share of what decides a failover and carries every request, against Docker's 1024 for the rest: a busy
 * machine must not make it miss its checks.
 */
export const cpuSharesOfFailover = 4096;

/** Where containers find their secrets and settings, as files. */
export const secretsDirectory = "/run/secrets";

/** The local target's passwords. Each may be set as a config secret of this name; else it is random. */
export const passwordNames = [
  "superuserPassword",
  "replicationPassword",
  "rewindPassword",
  "ownerPassword",
  "applicationPassword",
  "patroniPassword",
  "backupPassphrase",
  "monitorPassword",
] as const;
export type PasswordName = (typeof passwordNames)[number];

/**
 * The service's limits where drills and tests run: all of their clients come from one address, and somebody new signs up
 * every other second. Everybody else's are the service's own (app/settings/limits.ts).
 */
export const rehearsalLimits =
  "signUpsPerAddress=1200/60 sessionsPerAddress=6000/60 uploadsPerAccount=600/60";

/** Whose `x-forwarded-for` a node on Docker believes: the proxies overwrite it, so that of everyone on its network. */
export const trustedProxies = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16";
