import * as pulumi from "@pulumi/pulumi";
import type { DockerConfiguration } from "../infra/configuration.ts";
import type { Deployment } from "../infra/contract.ts";
import { AppNodes } from "../infra/docker/app-nodes.ts";
import { Consensus } from "../infra/docker/consensus.ts";
import { Database } from "../infra/docker/database.ts";
import { Images } from "../infra/docker/images.ts";
import { Migration } from "../infra/docker/migration.ts";
import { Networks } from "../infra/docker/networks.ts";
import { ObjectStore } from "../infra/docker/object-store.ts";
import { Secrets } from "../infra/docker/secrets.ts";
import { Traffic } from "../infra/docker/traffic.ts";
import { releaseCommit, releaseFiles } from "../infra/release.ts";
import { assetsPath, bucketName, database as databaseNames, objectStoreRegion } from "../infra/topology.ts";

/** The local target, top to bottom: everything on one machine's Docker, any single part of which may fail. */
export async function deploy(configuration: DockerConfiguration): Promise<Deployment> {
  const { stack } = configuration;
  const apiUrl = `http://127.0.0.1:${configuration.httpPort}`;
  const assetsUrl = `${apiUrl}${assetsPath}`;

  const networks = new Networks("networks", { stack });
  const secrets = new Secrets("secrets", {
    given: configuration.passwords,
    signingKeyGeneration: configuration.signingKeyGeneration,
  });
  const images = new Images("images");

  const consensus = new Consensus("consensus", { stack, networks, image: images.consensus.digest });
  const database = new Database("database", {
    stack,
    nodes: configuration.databaseNodes,
    maxConnections: configuration.databaseMaxConnections,
    networks,
    consensus,
    image: images.database.digest,
    baseImage: images.base,
    secrets,
  });
  const objectStore = new ObjectStore("object-store", {
    stack,
    networks,
    image: images.objectStore.digest,
    baseImage: images.base,
    secrets,
  });

  const traffic = new Traffic("traffic", {
    stack,
    networks,
    image: images.proxy.digest,
    appNodes: configuration.appNodes,
    databaseNodes: database.nodeNames,
    publishedPorts: {
      http: configuration.httpPort,
      database: configuration.databasePort,
      databaseRead: configuration.databaseReadPort,
      objectStore: configuration.objectStorePort,
    },
  });

  const migration = new Migration("migration", {
    stack,
    networks,
    image: images.app.digest,
    baseImage: images.base,
    secrets,
    after: [database, traffic],
  });
  const release = { image: images.app.digest, commit: releaseCommit(releaseFiles) };
  const appNodes = new AppNodes("app-nodes", {
    stack,
    count: configuration.appNodes,
    memoryMegabytes: configuration.appMemoryMegabytes,
    networks,
    image: images.app.digest,
    baseImage: images.base,
    release,
    assetsUrl,
    secrets,
    after: [migration, objectStore],
  });

  const databaseUrl = (port: number, user: string, password: pulumi.Output<string>) =>
    pulumi.secret(
      pulumi.interpolate`postgres://${user}:${password.apply(encodeURIComponent)}@127.0.0.1:${port}/${databaseNames.name}`,
    );
  const { applicationUser, ownerUser } = databaseNames;
  const { accessKey, secretKey } = secrets.objectStore;
  return {
    target: "docker",
    apiUrl,
    healthUrl: `${apiUrl}/health`,
    databaseUrl: databaseUrl(configuration.databasePort, applicationUser, secrets.applicationPassword),
    databaseReadUrl: databaseUrl(
      configuration.databaseReadPort,
      applicationUser,
      secrets.applicationPassword,
    ),
    ownerDatabaseUrl: databaseUrl(configuration.databasePort, ownerUser, secrets.ownerPassword),
    assetsUrl,
    bucketName,
    objectStoreEndpoint: `http://127.0.0.1:${configuration.objectStorePort}`,
    objectStoreUrl: pulumi.secret(
      pulumi.interpolate`http://${accessKey}:${secretKey}@127.0.0.1:${configuration.objectStorePort}/${bucketName}?region=${objectStoreRegion}`,
    ),
    appNodes: appNodes.names,
    migration: migration.newest,
    monitoring: { metricsUrl: null, alertsUrl: null, dashboardsUrl: null },
    release,
  };
}
