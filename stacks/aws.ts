import type * as pulumi from "@pulumi/pulumi";
import { lookUpAccount } from "../infra/aws/account/account.ts";
import { EncryptionKey } from "../infra/aws/account/encryption-key.ts";
import { Secrets } from "../infra/aws/account/secrets.ts";
import { tagEverything } from "../infra/aws/account/tags.ts";
import { Database } from "../infra/aws/database/database.ts";
import { ContinuousDeployment } from "../infra/aws/delivery/continuous-deployment.ts";
import { DatabaseLogin } from "../infra/aws/delivery/database-login.ts";
import { ImportTask } from "../infra/aws/delivery/import-task.ts";
import { Migration } from "../infra/aws/delivery/migration.ts";
import { boundRoles } from "../infra/aws/delivery/permissions-boundary.ts";
import { ReleaseImage } from "../infra/aws/delivery/release-image.ts";
import { Network } from "../infra/aws/network/network.ts";
import { Backup } from "../infra/aws/operations/backup.ts";
import { Experiments } from "../infra/aws/operations/experiments.ts";
import { GlobalMonitoring } from "../infra/aws/operations/global-monitoring.ts";
import { Monitoring } from "../infra/aws/operations/monitoring.ts";
import { Notices } from "../infra/aws/operations/notices.ts";
import { ServiceEvents } from "../infra/aws/operations/service-events.ts";
import { TrafficAlarms } from "../infra/aws/operations/traffic-alarms.ts";
import { ZonalAutoshift } from "../infra/aws/operations/zonal-autoshift.ts";
import { AppNodes } from "../infra/aws/service/app-nodes.ts";
import { ServiceCluster } from "../infra/aws/service/service-cluster.ts";
import { importBucketName } from "../infra/aws/storage/import-bucket.ts";
import { createLogBucket } from "../infra/aws/storage/log-bucket.ts";
import { ObjectStore, uploadsBucketName } from "../infra/aws/storage/object-store.ts";
import { StaticFiles } from "../infra/aws/storage/static-files.ts";
import { LoadBalancer } from "../infra/aws/traffic/load-balancer.ts";
import type { AwsConfiguration } from "../infra/configuration/configuration.ts";
import { isOwn } from "../infra/configuration/service.ts";
import type { Deployment } from "../infra/contract.ts";
import { releaseCommit } from "../infra/release.ts";
import { staticFolderOf } from "../infra/static-files.ts";
import { rehearsalLimits } from "../infra/topology.ts";

/** The AWS target, top to bottom: any node, and any zone, may fail. */
export async function deploy(configuration: AwsConfiguration): Promise<Deployment> {
  const { stack, service, domain, deletionProtection, keepData, logRetentionDays } = configuration;
  const name = `capstone-${stack}`;
  const account = await lookUpAccount(configuration);
  tagEverything(stack);
  if (configuration.githubRepository) boundRoles(name, account.accountId);

  const { arn: keyArn } = new EncryptionKey(name, { ...account, keepData });
  // What nearly every part is told: where it is, and how what it keeps is kept.
  const common = { ...account, keyArn, logRetentionDays, deletionProtection, keepData };

  const network = new Network(name, {
    ...common,
    cidr: configuration.vpcCidr,
    natGateways: configuration.natGateways,
    interfaceEndpoints: configuration.interfaceEndpoints,
    uploadsBucketArn: `arn:aws:s3:::${uploadsBucketName({ stack, ...account })}`,
    appPort: service.port,
    importBucketArn: `arn:aws:s3:::${importBucketName({ stack, ...account })}`,
  });
  const secrets = new Secrets(name, {
    keyArn,
    applicationPassword: configuration.applicationPassword,
    signingKeyGeneration: isOwn(service) ? configuration.signingKeyGeneration : undefined,
    service: { names: service.secrets, given: configuration.serviceSecrets },
  });
  const image = new ReleaseImage(name, {
    ...common,
    architecture: configuration.taskArchitecture,
    source: service.source,
  });

  const database = new Database(name, {
    ...common,
    availability: configuration.databaseAvailability,
    instanceClass: configuration.databaseInstanceClass,
    storageGigabytes: configuration.databaseStorageGigabytes,
    storageMaxGigabytes: configuration.databaseStorageMaxGigabytes,
    backupRetentionDays: configuration.backupRetentionDays,
    subnets: network.isolatedSubnets,
    securityGroup: network.securityGroups.database,
  });
  if (!isOwn(service)) {
    const url = (address?: pulumi.Output<string>) =>
      database.serviceUrl(secrets.applicationPassword, address);
    secrets.keepForService("DATABASE_URL", url(), common);
    secrets.keepForService("DATABASE_READ_URL", url(database.readAddress), common);
  }
  const logBucket = createLogBucket(`${name}-logs`, {
    ...common,
    stack,
    assetsLogSource: `${name}-uploads-assets`,
  });
  const objectStore = new ObjectStore(`${name}-uploads`, { ...common, stack, domain, logBucket });

  const traffic = new LoadBalancer(name, {
    ...common,
    vpcId: network.vpc.id,
    subnets: network.publicSubnets,
    securityGroup: network.securityGroups.loadBalancer,
    domain,
    service,
    webFirewall: configuration.webFirewall,
    logBucket,
  });
  const notices = new Notices(name, { ...common, email: configuration.alarmEmail });
  const trafficAlarms = new TrafficAlarms(name, { notices, traffic });

  const cluster = new ServiceCluster(name, common);
  const tasks = {
    ...common,
    architecture: configuration.taskArchitecture,
    service,
    serviceEnvironment: configuration.serviceEnvironment,
    network,
    secrets,
    database,
    cluster,
    repositoryArn: image.repositoryArn,
  };
  const login = isOwn(service) ? undefined : new DatabaseLogin(`${name}-login`, tasks);
  const migration = new Migration(`${name}-migration`, {
    ...tasks,
    image: image.reference,
    login,
    hash: service.migrationHash ?? "none",
  });
  const staticFolder = staticFolderOf(service);
  const staticFiles =
    staticFolder && new StaticFiles(`${name}-static`, { objectStore, staticFolder, keyArn });
  const release = { image: image.reference, commit: releaseCommit(service.source) };
  const appNodes = new AppNodes(`${name}-app`, {
    ...tasks,
    count: configuration.appNodes,
    countMax: configuration.appNodesMax,
    cpuUnits: configuration.taskCpuUnits,
    memoryMegabytes: configuration.taskMemoryMegabytes,
    objectStore,
    traffic,
    release,
    staticUrl: staticFiles?.url,
    // The first command with an account drills its stack from one address.
    rateLimits: stack === "trial" ? rehearsalLimits : undefined,
    corsOrigins: configuration.corsOrigins,
    tracesUrl: configuration.tracesUrl,
    rollbackAlarmNames: trafficAlarms.forRollback,
    after: [migration, ...(staticFiles ? [staticFiles] : [])],
  });
  const importTask = new ImportTask(`${name}-import`, { ...tasks, stack, objectStore, logBucket });

  const backup = new Backup(name, {
    ...common,
    retentionDays: configuration.backupRetentionDays,
    restoreTesting: configuration.restoreTesting,
    copyRegion: configuration.backupCopyRegion,
    database,
    objectStore,
    notices,
  });
  const monitoring = new Monitoring(name, {
    ...common,
    notices,
    traffic,
    trafficAlarms,
    cluster,
    appNodes,
    appNodeCount: configuration.appNodes,
    database,
    databaseSize: {
      storageGigabytes: configuration.databaseStorageGigabytes,
      instanceClass: configuration.databaseInstanceClass,
    },
    network,
    backupVaults: backup.vaults,
    backupCopies: backup.copies,
    monthlyBudgetDollars: configuration.monthlyBudgetDollars,
  });
  new ServiceEvents(`${name}-events`, { notices, cluster, appNodes, importTask });
  new GlobalMonitoring(`${name}-global`, {
    accountId: account.accountId,
    email: configuration.alarmEmail,
    distribution: objectStore.distribution,
  });
  if (configuration.zonalAutoshift) {
    new ZonalAutoshift(`${name}-zonal-autoshift`, { traffic, trafficAlarms, notices });
  }
  if (configuration.faultInjection) {
    new Experiments(`${name}-experiments`, {
      ...common,
      network,
      cluster,
      appNodes,
      database,
      trafficAlarms,
    });
  }
  if (configuration.githubRepository) {
    new ContinuousDeployment(name, {
      ...common,
      repository: configuration.githubRepository,
      providerArn: configuration.githubOidcProviderArn,
      secretArns: secrets.arns,
    });
  }

  return {
    target: "aws",
    apiUrl: traffic.url,
    healthUrl: traffic.healthUrl,
    databaseUrl: database.secretUrl(secrets.applicationPassword),
    databaseReadUrl: database.secretUrl(secrets.applicationPassword, database.readAddress),
    ownerDatabaseUrl: database.ownerUrl(),
    assetsUrl: objectStore.distribution.url,
    bucketName: objectStore.bucket.bucket.bucket,
    objectStoreEndpoint: objectStore.endpoint,
    objectStoreUrl: objectStore.url,
    // Tasks come and go, each with a name of its own in x-served-by; the service is what keeps them.
    appNodes: [appNodes.service.name],
    importTask: importTask.output,
    service: service.name,
    migration: migration.newest,
    monitoring: {
      metricsUrl: monitoring.metricsUrl,
      alertsUrl: monitoring.alertsUrl,
      dashboardsUrl: monitoring.dashboardsUrl,
    },
    release,
  };
}
