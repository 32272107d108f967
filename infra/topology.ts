/** What runs in a stack: roles, ports and timeouts, each said once. */

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
  "network",
  "secrets",
  "job",
] as const;
export type Role = (typeof roles)[number];

/** Ports inside the stack's network. */
export const ports = {
  appHttp: 3000,
  /** The proxies' front doors, all on the edge's address. */
  edgeHttp: 8080,
  edgePrimary: 5432,
  edgeReplica: 5433,
  edgeObjectStore: 3900,
  edgeMetrics: 8404,
  postgres: 5432,
  patroni: 8008,
  consensusClient: 2379,
  consensusPeer: 2380,
  objectStoreS3: 3900,
  objectStoreRpc: 3901,
  objectStoreWeb: 3902,
  objectStoreAdmin: 3903,
} as const;

/** The path on `apiUrl`'s host under which uploaded objects are public. */
export const assetsPath = "/assets";

/** Names inside Postgres. */
export const database = {
  name: "capstone",
  /** Owns the schema; only the migration logs in as it. */
  ownerUser: "capstone_owner",
  /** What the application nodes log in as: reads and writes rows, changes no schema. */
  applicationUser: "capstone",
  superuser: "postgres",
  replicationUser: "replicator",
} as const;

export const bucketName = "capstone-uploads";

/** How long an application node may finish its requests after it was told to stop, in seconds. */
export const appStopTimeoutSeconds = 30;
