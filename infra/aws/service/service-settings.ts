import * as pulumi from "@pulumi/pulumi";
import { isOwn, type Service } from "../../configuration/service.ts";
import { database as names } from "../../topology.ts";
import type { Secrets, StoredSecret } from "../account/secrets.ts";
import type { Database } from "../database/database.ts";
import type { Network } from "../network/network.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { ContainerArgs } from "./container-definition.ts";
import { databaseCertificateFile } from "./task-platform.ts";

/** What is the same in every container of the service. */
export interface ServiceSettings {
  service: Service;
  /** From the stack's config, over what the declaration says. */
  serviceEnvironment: Record<string, string>;
  secrets: Secrets;
  database: Database;
}

export interface NodeSettings extends ServiceSettings {
  region: string;
  network: Network;
  objectStore: ObjectStore;
  release: { image: pulumi.Input<string>; commit: string };
  /** Of its static files; undefined where it has none. */
  staticUrl: pulumi.Output<string> | undefined;
  /** The project's own service's where none are given. */
  rateLimits: string | undefined;
  corsOrigins: string | undefined;
  tracesUrl: string | undefined;
}

/** What a container is given, and the secrets that its task's role has to read for it. */
export type GivenToService = Pick<ContainerArgs, "environment" | "secrets" | "command" | "entrypoint"> & {
  secretArns: pulumi.Input<string>[];
};

/** No credentials of the object store: the task's role grants access. */
export function givenToNodes(settings: NodeSettings): GivenToService {
  const { service, serviceEnvironment, secrets, objectStore, release, region, staticUrl } = settings;
  const everyService = {
    // Its digest alone: the registry's name has the account's number in it, and a service may show this to anybody.
    RELEASE_IMAGE: pulumi.output(release.image).apply((image) => image.split("@").at(-1) ?? image),
    RELEASE_COMMIT: release.commit,
    PORT: String(service.port),
    ASSETS_URL: objectStore.distribution.url,
    // Only the load balancer has addresses there, and only it is let through to the nodes.
    TRUSTED_PROXIES: pulumi
      .all(settings.network.publicSubnets.map((subnet) => subnet.cidrBlock))
      .apply((list) => list.join()),
  };
  if (isOwn(service)) return givenToOwnNodes(settings, everyService);
  return {
    environment: {
      ...service.environment,
      ...serviceEnvironment,
      ...everyService,
      S3_ENDPOINT: objectStore.endpoint,
      S3_REGION: region,
      S3_BUCKET: objectStore.bucket.bucket.bucket,
      ...(staticUrl === undefined ? {} : { STATIC_URL: staticUrl }),
    },
    ...references(secrets.ofService),
  };
}

/** Its migration logs in as the schema's owner, whose password RDS keeps: `sh` makes an address of it. */
export function givenToMigration(settings: ServiceSettings): GivenToService {
  const { service, serviceEnvironment, database } = settings;
  if (isOwn(service)) return givenToOwnMigration(settings);
  return {
    entrypoint: ["sh", "-c", ownerAddress, "sh", ...(service.migrate ?? ["echo", "none"])],
    environment: {
      ...service.environment,
      ...serviceEnvironment,
      OWNER_ADDRESS: pulumi.interpolate`${database.address}:${database.resource.port}/${names.name}?sslmode=require`,
    },
    secrets: { OWNER_PASSWORD: pulumi.interpolate`${database.ownerSecretArn}:password::` },
    secretArns: [database.ownerSecretArn],
  };
}

/** Every byte of the password as an address writes it: RDS puts any sign into it. */
const ownerAddress =
  `password=$(printf %s "$OWNER_PASSWORD" | od -An -v -tx1 | tr -d '\\n' | sed 's/ /%/g'); ` +
  `export DATABASE_URL="postgresql://${names.ownerUser}:$password@$OWNER_ADDRESS"; unset OWNER_PASSWORD; exec "$@"`;

function references(stored: Record<string, StoredSecret>): Pick<GivenToService, "secrets" | "secretArns"> {
  const entries = Object.entries(stored);
  return {
    secrets: Object.fromEntries(entries.map(([name, { versionReference }]) => [name, versionReference])),
    secretArns: entries.map(([, { arn }]) => arn),
  };
}

/** The project's own service finds its secrets by names of its own, and the authorities of RDS in its image. */
function givenToOwnNodes(
  {
    secrets,
    database,
    objectStore,
    region,
    rateLimits,
    corsOrigins,
    tracesUrl,
    serviceEnvironment,
  }: NodeSettings,
  everyService: GivenToService["environment"],
): GivenToService {
  const own = {
    DATABASE_PASSWORD: secrets.applicationPasswordSecret,
    ...(secrets.signingKeysSecret ? { SIGNING_KEYS: secrets.signingKeysSecret } : {}),
  };
  return {
    // Tasks are made from one definition: each takes the name that its network gave it.
    command: ["sh", "-c", 'NODE_NAME="$(hostname)" exec node app/main.ts'],
    environment: {
      LOG_LEVEL: "info",
      ...serviceEnvironment,
      ...everyService,
      DATABASE_URL: database.url(names.applicationUser),
      DATABASE_CA_FILE: databaseCertificateFile,
      OBJECT_STORE_REGION: region,
      OBJECT_STORE_BUCKET: objectStore.bucket.bucket.bucket,
      ...(rateLimits === undefined ? {} : { RATE_LIMITS: rateLimits }),
      ...(corsOrigins === undefined ? {} : { CORS_ORIGINS: corsOrigins }),
      ...(tracesUrl === undefined ? {} : { TRACES_URL: tracesUrl }),
    },
    ...references(own),
  };
}

/** It makes the nodes' login itself. */
function givenToOwnMigration({ service, secrets, database }: ServiceSettings): GivenToService {
  return {
    command: service.migrate ?? [],
    environment: { DATABASE_URL: database.url(names.ownerUser), DATABASE_CA_FILE: databaseCertificateFile },
    secrets: {
      DATABASE_PASSWORD: pulumi.interpolate`${database.ownerSecretArn}:password::`,
      APPLICATION_PASSWORD: secrets.applicationPasswordSecret.versionReference,
    },
    secretArns: [database.ownerSecretArn, secrets.applicationPasswordSecret.arn],
  };
}
