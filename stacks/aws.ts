import { lookUpAccount } from "../infra/aws/account.ts";
import { AppNodes } from "../infra/aws/app-nodes.ts";
import { Backup } from "../infra/aws/backup.ts";
import { ContinuousDeployment } from "../infra/aws/continuous-deployment.ts";
import { Database } from "../infra/aws/database.ts";
import { EncryptionKey } from "../infra/aws/encryption-key.ts";
import { Experiments } from "../infra/aws/experiments.ts";
import { LoadBalancer } from "../infra/aws/load-balancer.ts";
import { createLogBucket } from "../infra/aws/log-bucket.ts";
import { Migration } from "../infra/aws/migration.ts";
import { Monitoring } from "../infra/aws/monitoring.ts";
import { Network } from "../infra/aws/network.ts";
import { Notices } from "../infra/aws/notices.ts";
import { ObjectStore } from "../infra/aws/object-store.ts";
import { ReleaseImage } from "../infra/aws/release-image.ts";
import { Secrets } from "../infra/aws/secrets.ts";
import { ServiceCluster } from "../infra/aws/service-cluster.ts";
import { tagEverything } from "../infra/aws/tags.ts";
import { TrafficAlarms } from "../infra/aws/traffic-alarms.ts";
import type { AwsConfiguration } from "../infra/configuration.ts";
import type { Deployment } from "../infra/contract.ts";
import { releaseCommit, releaseFiles } from "../infra/release.ts";

/** The AWS target, top to bottom: any node, and any zone, may fail. */
export async function deploy(configuration: AwsConfiguration): Promise<Deployment> {
  const { stack, domain, deletionProtection, logRetentionDays } = configuration;
  const name = `capstone-${stack}`;
  const account = await lookUpAccount(configuration);
  tagEverything(stack);

  const { arn: keyArn } = new EncryptionKey(name, account);
  // What nearly every part is told: where it is, and how what it keeps is kept.
  const common = { ...account, keyArn, logRetentionDays, deletionProtection };

  const network = new Network(name, {
    ...common,
    cidr: configuration.vpcCidr,
    natGateways: configuration.natGateways,
    interfaceEndpoints: configuration.interfaceEndpoints,
  });
  const secrets = new Secrets(name, {
    keyArn,
    applicationPassword: configuration.applicationPassword,
    signingKeyGeneration: configuration.signingKeyGeneration,
  });
  const image = new ReleaseImage(name, { ...common, architecture: configuration.taskArchitecture });

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
  const logBucket = createLogBucket(`${name}-logs`, { ...common, stack });
  const objectStore = new ObjectStore(`${name}-uploads`, { ...common, stack, domain, logBucket });

  const traffic = new LoadBalancer(name, {
    ...common,
    vpcId: network.vpc.id,
    subnets: network.publicSubnets,
    securityGroup: network.securityGroups.loadBalancer,
    domain,
    webFirewall: configuration.webFirewall,
    logBucket,
  });
  const notices = new Notices(name, { ...common, email: configuration.alarmEmail });
  const trafficAlarms = new TrafficAlarms(name, { notices, traffic });

  const cluster = new ServiceCluster(name, common);
  const tasks = {
    ...common,
    architecture: configuration.taskArchitecture,
    network,
    secrets,
    database,
    cluster,
    repositoryArn: image.repositoryArn,
  };
  const migration = new Migration(`${name}-migration`, { ...tasks, image: image.reference });
  const release = { image: image.reference, commit: releaseCommit(releaseFiles) };
  const appNodes = new AppNodes(`${name}-app`, {
    ...tasks,
    count: configuration.appNodes,
    countMax: configuration.appNodesMax,
    cpuUnits: configuration.taskCpuUnits,
    memoryMegabytes: configuration.taskMemoryMegabytes,
    objectStore,
    traffic,
    release,
    rollbackAlarmNames: trafficAlarms.forRollback,
    after: [migration],
  });

  const backup = new Backup(name, {
    ...common,
    retentionDays: configuration.backupRetentionDays,
    restoreTesting: configuration.restoreTesting,
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
    databaseStorageGigabytes: configuration.databaseStorageGigabytes,
    backupVaultName: backup.vault.name,
    monthlyBudgetDollars: configuration.monthlyBudgetDollars,
  });
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
    migration: migration.newest,
    monitoring: {
      metricsUrl: monitoring.metricsUrl,
      alertsUrl: monitoring.alertsUrl,
      dashboardsUrl: monitoring.dashboardsUrl,
    },
    release,
  };
}
