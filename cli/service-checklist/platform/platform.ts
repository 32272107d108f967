import { randomBytes } from "node:crypto";
import type { Service } from "../../../infra/configuration/service.ts";
import { readDocker } from "../../../infra/docker/steps/docker-client.ts";
import { trustedProxies } from "../../../infra/topology.ts";
import type { Belongings } from "./belongings.ts";
import { startDatabase, type TestDatabase } from "./database.ts";
import { startObjectStore } from "./object-store.ts";

/** What the platform gives to a service, by the names of docs/your-service.md. */
export interface Given {
  settings: Record<string, string>;
  secrets: Record<string, string>;
}

/** A real database and a real object store, as one run of the checklist has them. */
export interface Platform {
  network: string;
  database: TestDatabase;
  toService: Given;
  /** The migration is the schema's owner, and has no object store. */
  toMigration: Given;
}

/** Each of the service's own secrets becomes random. */
export async function startPlatform(
  belongings: Belongings,
  { name, port, secrets: ownSecrets }: Service,
): Promise<Platform> {
  const network = belongings.nameOf("network");
  await readDocker(["network", "create", ...belongings.labels, network]);
  const [database, store] = await Promise.all([
    startDatabase(belongings, network, name),
    startObjectStore(belongings, network),
  ]);
  return {
    network,
    database,
    toService: {
      settings: {
        PORT: String(port),
        NODE_NAME: "node",
        S3_ENDPOINT: store.endpoint,
        S3_REGION: store.region,
        S3_BUCKET: store.bucket,
        ASSETS_URL: "http://localhost/assets",
        STATIC_URL: "http://localhost/assets/static/0",
        RELEASE_COMMIT: "none",
        RELEASE_IMAGE: "none",
        TRUSTED_PROXIES: trustedProxies,
      },
      secrets: {
        DATABASE_URL: database.serviceUrl,
        DATABASE_READ_URL: database.serviceUrl,
        AWS_ACCESS_KEY_ID: store.accessKey,
        AWS_SECRET_ACCESS_KEY: store.secretKey,
        ...Object.fromEntries(ownSecrets.map((secret) => [secret, newSecret()])),
      },
    },
    toMigration: { settings: {}, secrets: { DATABASE_URL: database.ownerUrl } },
  };
}

function newSecret(): string {
  return randomBytes(24).toString("base64url");
}
