import * as pulumi from "@pulumi/pulumi";
import type { DockerConfiguration } from "../infra/configuration/configuration.ts";
import { isOwn } from "../infra/configuration/service.ts";
import type { Deployment } from "../infra/contract.ts";
import { AppNodes } from "../infra/docker/app-nodes.ts";
import { ApplicationLogin } from "../infra/docker/application-login.ts";
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
import { StaticFiles } from "../infra/docker/steps/static-files.ts";
import { Traffic } from "../infra/docker/traffic.ts";
import { releaseCommit } from "../infra/release.ts";
import { staticFolderOf } from "../infra/static-files.ts";
import { assetsPath, bucketName, database as databaseNames, objectStoreRegion } from "../infra/topology.ts";

/** The local target, top to bottom: everything on one machine's Docker, any single part of which may fail. */
export async function deploy(configuration: DockerConfiguration): Promise<Deployment> {
  const { stack, service } = configuration;
  const apiUrl = `http://127.0.0.1:${configuration.httpPort}`;
  const assetsUrl = `${apiUrl}${assetsPath}`;

  const networks = new Networks("networks", { stack });
  const secrets = new Secrets("secrets", {
    given: configuration.passwords,
    signingKeyGeneration: configuration.signingKeyGeneration,
    databasePasswordGeneration: configuration.databasePasswordGeneration,
    objectStoreKeyGeneration: configuration.objectStoreKeyGeneration,
    internalPasswordGeneration: configuration.internalPasswordGeneration,
    service: { names: service.secrets, given: configuration.serviceSecrets },
  });
  const images = new Images("images", { service });

  const { accessKey, secretKey } = secrets.objectStore;
  const objectStoreEndpoint = `http://127.0.0.1:${configuration.objectStorePort}`;

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
    service,
    networks,
    images: { edge: images.edge.digest, proxy: images.proxy.digest },
    appNodes: configuration.appNodes,
    databaseNodes: database.nodeNames,
    publishedPorts: {
      http: configuration.httpPort,
      database: configuration.databasePort,
      databaseRead: configuration.databaseReadPort,
      objectStore: configuration.objectStorePort,
    },
  });

  const login = isOwn(service)
    ? []
    : [
        new ApplicationLogin("application-login", {
          stack,
          networks,
          image: images.database.digest,
          baseImage: images.base,
          secrets,
          nodeNames: database.nodeNames,
          after: [database],
        }),
      ];
  const staticFolder = staticFolderOf(service);
  const staticFiles = staticFolder
    ? [
        new StaticFiles(
          "static-files",
          {
            ...staticFolder,
            endpoint: objectStoreEndpoint,
            region: objectStoreRegion,
            bucket: bucketName,
            accessKey,
            secretKey,
          },
          { dependsOn: [objectStore, traffic] },
        ),
      ]
    : [];
  const release = { image: images.app.digest, commit: releaseCommit(service.source) };
  const ofService = {
    stack,
    service,
    serviceEnvironment: configuration.serviceEnvironment,
    networks,
    image: images.app.digest,
    baseImage: images.base,
    release,
    assetsUrl,
    staticUrl: staticFolder && `${assetsUrl}/${staticFolder.prefix.slice(0, -1)}`,
    corsOrigins: configuration.corsOrigins,
    tracesUrl: configuration.tracesUrl,
    secrets,
  };
  const { migrate: command, migrationHash: hash } = service;
  const migration =
    command && hash
      ? new Migration("migration", { ...ofService, command, hash, after: [database, traffic, ...login] })
      : undefined;
  const beforeNodes = [...(migration ? [migration] : login), objectStore, ...staticFiles];
  const appNodes = new AppNodes("app-nodes", {
    ...ofService,
    count: configuration.appNodes,
    memoryMegabytes: configuration.appMemoryMegabytes || service.memoryMegabytes,
    after: beforeNodes,
  });

  new Backup(
    "backup",
    {
      stack,
      networks,
      image: images.database.digest,
      baseImage: images.base,
      secrets,
      repository: backupRepository,
    },
    // It copies the uploads as soon as it runs, with the key that the object store has to know by then.
    { dependsOn: [objectStore] },
  );

  const monitoring =
    configuration.monitoring &&
    new Monitoring("monitoring", {
      ...configuration.monitoring,
      stack,
      networks,
      images,
      secrets,
      parts: {
        appNodes: configuration.appNodes,
        databaseNodes: configuration.databaseNodes,
        backup: true,
        service,
      },
      signingKeyGeneration: configuration.signingKeyGeneration,
      after: beforeNodes,
    });

  const databaseUrl = (port: number, user: string, password: pulumi.Output<string>) =>
    pulumi.secret(
      pulumi.interpolate`postgresql://${user}:${password.apply(encodeURIComponent)}@127.0.0.1:${port}/${databaseNames.name}`,
    );
  const { ownerUser } = databaseNames;
  return {
    target: "docker",
    apiUrl,
    healthUrl: `${apiUrl}${service.health}`,
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
    objectStoreEndpoint,
    objectStoreUrl: pulumi.secret(
      pulumi.interpolate`http://${accessKey}:${secretKey}@127.0.0.1:${configuration.objectStorePort}/${bucketName}?region=${objectStoreRegion}`,
    ),
    appNodes: appNodes.names,
    importTask: null,
    service: service.name,
    migration: migration?.newest ?? "none",
    monitoring: monitoring?.urls ?? { metricsUrl: null, alertsUrl: null, dashboardsUrl: null },
    release,
  };
}
