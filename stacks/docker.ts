import * as pulumi from "@pulumi/pulumi";
import type { DockerConfiguration } from "../infra/configuration/configuration.ts";
import type { Deployment } from "../infra/contract.ts";
import { AppNodes } from "../infra/docker/app-nodes.ts";
import { Backup } from "../infra/docker/backup.ts";
import { BackupRepository } from "../infra/docker/backup-repository.ts";
import { Consensus } from "../infra/docker/consensus.ts";
import { Images } from "../infra/docker/container/images.ts";
import { Database } from "../infra/docker/database.ts";
import { Migration } from "../infra/docker/migration.ts";
import { Monitoring } from "../infra/docker/monitoring/monitoring.ts";
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
    databasePasswordGeneration: configuration.databasePasswordGeneration,
    objectStoreKeyGeneration: configuration.objectStoreKeyGeneration,
    internalPasswordGeneration: configuration.internalPasswordGeneration,
  });
  const images = new Images("images");

  const consensus = new Consensus("consensus", { stack, networks, image: images.consensus.digest });
  const backupRepository = new BackupRepository("backup-repository", {
    stack,
    schedule: configuration.backups,
  });
  const database = new Database("database", {
    stack,
    nodes: configuration.databaseNodes,
    maxConnections: configuration.databaseMaxConnections,
    networks,
    consensus,
    image: images.database.digest,
    baseImage: images.base,
    secrets,
    backups: backupRepository,
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
    corsOrigins: configuration.corsOrigins,
    tracesUrl: configuration.tracesUrl,
    networks,
    image: images.app.digest,
    baseImage: images.base,
    release,
    assetsUrl,
    secrets,
    after: [migration, objectStore],
  });

  new Backup("backup", {
    stack,
    networks,
    image: images.database.digest,
    baseImage: images.base,
    secrets,
    repository: backupRepository,
  });

  const monitoring =
    configuration.monitoring &&
    new Monitoring("monitoring", {
      ...configuration.monitoring,
      stack,
      networks,
      images,
      secrets,
      parts: { appNodes: configuration.appNodes, databaseNodes: configuration.databaseNodes, backup: true },
      signingKeyGeneration: configuration.signingKeyGeneration,
      after: [migration, objectStore],
    });

  const databaseUrl = (port: number, user: string, password: pulumi.Output<string>) =>
    pulumi.secret(
      pulumi.interpolate`postgresql://${user}:${password.apply(encodeURIComponent)}@127.0.0.1:${port}/${databaseNames.name}`,
    );
  const { ownerUser } = databaseNames;
  const { accessKey, secretKey } = secrets.objectStore;
  return {
    target: "docker",
    apiUrl,
    healthUrl: `${apiUrl}/health`,
    databaseUrl: databaseUrl(
      configuration.databasePort,
      secrets.applicationLogin,
      secrets.applicationPassword,
    ),
    databaseReadUrl: databaseUrl(
      configuration.databaseReadPort,
      secrets.applicationLogin,
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
    importTask: null,
    migration: migration.newest,
    monitoring: monitoring?.urls ?? { metricsUrl: null, alertsUrl: null, dashboardsUrl: null },
    release,
  };
}
