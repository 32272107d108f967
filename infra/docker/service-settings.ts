import * as pulumi from "@pulumi/pulumi";
import { isOwn, type Service } from "../configuration/service.ts";
import {
  bucketName,
  database,
  objectStoreRegion,
  ports,
  rehearsalLimits,
  secretsDirectory,
  trustedProxies,
} from "../topology.ts";
import { secretPaths } from "./container/secrets-to-environment.ts";
import type { Secrets } from "./secrets.ts";

/** What a container of the service is given: variables, and the secret files that they name. */
export interface GivenToService {
  environment: Record<string, pulumi.Input<string>>;
  /** File name in the secrets' directory to content. */
  secrets: Record<string, pulumi.Input<string>>;
}

export interface ServiceSettings {
  service: Service;
  /** From the stack's config, over what the declaration says. */
  serviceEnvironment: Record<string, string>;
  secrets: Secrets;
  release: { image: pulumi.Input<string>; commit: string };
  assetsUrl: string;
  /** Of its static files; undefined where it has none. */
  staticUrl: string | undefined;
  corsOrigins: string | undefined;
  tracesUrl: string | undefined;
}

const objectStoreEndpoint = `http://edge:${ports.edgeObjectStore}`;

/** What every node is given, but its name. */
export function givenToNodes(settings: ServiceSettings): GivenToService {
  const { service, serviceEnvironment, secrets, release, assetsUrl, staticUrl } = settings;
  const everyService = {
    PORT: String(service.port),
    RELEASE_IMAGE: release.image,
    RELEASE_COMMIT: release.commit,
    ASSETS_URL: assetsUrl,
    TRUSTED_PROXIES: trustedProxies,
  };
  if (isOwn(service)) return givenToOwnNodes(settings, everyService);
  const { accessKey, secretKey } = secrets.objectStore;
  const login = [secrets.applicationLogin, secrets.applicationPassword] as const;
  const files = {
    DATABASE_URL: databaseUrl(ports.edgePrimary, ...login),
    DATABASE_READ_URL: databaseUrl(ports.edgeReplica, ...login),
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    ...secrets.ofService,
  };
  return {
    environment: {
      ...service.environment,
      ...serviceEnvironment,
      ...everyService,
      S3_ENDPOINT: objectStoreEndpoint,
      S3_REGION: objectStoreRegion,
      S3_BUCKET: bucketName,
      ...(staticUrl === undefined ? {} : { STATIC_URL: staticUrl }),
      ...paths(service, files),
    },
    secrets: files,
  };
}

/** Its migration logs in as the schema's owner. */
export function givenToMigration({ service, serviceEnvironment, secrets }: ServiceSettings): GivenToService {
  if (isOwn(service)) return givenToOwnMigration(secrets);
  const files = { DATABASE_URL: databaseUrl(ports.edgePrimary, database.ownerUser, secrets.ownerPassword) };
  return {
    environment: { ...service.environment, ...serviceEnvironment, ...paths(service, files) },
    secrets: files,
  };
}

/** With the database's nodes as the proxies offer them. */
function databaseUrl(port: number, user: string, password: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.interpolate`postgresql://${user}:${password.apply(encodeURIComponent)}@edge:${port}/${database.name}`,
  );
}

function paths({ secretsAs }: Service, files: Record<string, unknown>): Record<string, string> {
  return secretsAs === "files" ? secretPaths(Object.keys(files)) : {};
}

/** The project's own service finds its secrets by names of its own, and is rehearsed from one address. */
function givenToOwnNodes(
  { secrets, corsOrigins, tracesUrl, serviceEnvironment }: ServiceSettings,
  everyService: GivenToService["environment"],
): GivenToService {
  return {
    environment: {
      ...serviceEnvironment,
      ...everyService,
      DATABASE_URL: `postgresql://${secrets.applicationLogin}@edge:${ports.edgePrimary}/${database.name}`,
      OBJECT_STORE_ENDPOINT: objectStoreEndpoint,
      OBJECT_STORE_REGION: objectStoreRegion,
      OBJECT_STORE_BUCKET: bucketName,
      SECRETS_DIRECTORY: secretsDirectory,
      RATE_LIMITS: rehearsalLimits,
      ...(corsOrigins === undefined ? {} : { CORS_ORIGINS: corsOrigins }),
      ...(tracesUrl === undefined ? {} : { TRACES_URL: tracesUrl }),
    },
    secrets: {
      "database-password": secrets.applicationPassword,
      "signing-keys": secrets.signingKeys,
      "object-store-access-key": secrets.objectStore.accessKey,
      "object-store-secret-key": secrets.objectStore.secretKey,
    },
  };
}

/** It makes the nodes' login itself. */
function givenToOwnMigration(secrets: Secrets): GivenToService {
  return {
    environment: {
      DATABASE_URL: `postgresql://${database.ownerUser}@edge:${ports.edgePrimary}/${database.name}`,
      APPLICATION_LOGIN: secrets.applicationLogin,
      SECRETS_DIRECTORY: secretsDirectory,
    },
    secrets: {
      "database-password": secrets.ownerPassword,
      "application-password": secrets.applicationPassword,
    },
  };
}
