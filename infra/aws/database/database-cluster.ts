import * as aws from "@pulumi/aws";
import { database as names } from "../../topology.ts";
import { type DatabaseNodes, type DatabaseParts, logExports } from "./database-form.ts";
import {
  backupWindow,
  databaseCertificateAuthority,
  databaseClusterEngineVersion,
  databaseFamily,
  databaseParameters,
  maintenanceWindow,
  monitoringIntervalSeconds,
  performanceInsightsRetentionDays,
} from "./database-parameters.ts";

/** A primary and two readers in three zones, one of which takes over within 35 s. */
export function createDatabaseCluster(parts: DatabaseParts): DatabaseNodes {
  const { identifier, args, subnetGroup, monitoringRole, logGroups, parent } = parts;
  const parameterGroup = new aws.rds.ClusterParameterGroup(
    identifier,
    { family: databaseFamily, parameters: databaseParameters },
    // RDS refuses to delete the group of an older major version while an upgrade from it is under way. It costs nothing.
    { parent, retainOnDelete: args.keepData },
  );
  const cluster = new aws.rds.Cluster(
    identifier,
    {
      clusterIdentifier: identifier,
      engine: "postgres",
      engineVersion: databaseClusterEngineVersion,
      dbClusterInstanceClass: args.instanceClass,
      databaseName: names.name,
      masterUsername: names.ownerUser,
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: args.keyArn,
      storageType: "gp3",
      allocatedStorage: args.storageGigabytes,
      iops: gp3BaselineIops(args.storageGigabytes),
      storageEncrypted: true,
      kmsKeyId: args.keyArn,
      dbSubnetGroupName: subnetGroup.name,
      vpcSecurityGroupIds: [args.securityGroup.id],
      dbClusterParameterGroupName: parameterGroup.name,
      caCertificateIdentifier: databaseCertificateAuthority,
      backupRetentionPeriod: args.backupRetentionDays,
      preferredBackupWindow: backupWindow,
      preferredMaintenanceWindow: maintenanceWindow,
      copyTagsToSnapshot: true,
      // A cluster's automatic backups cannot be used without it; its last snapshot can.
      deleteAutomatedBackups: true,
      skipFinalSnapshot: !args.keepData,
      finalSnapshotIdentifier: `${identifier}-final`,
      deletionProtection: args.deletionProtection,
      allowMajorVersionUpgrade: false,
      databaseInsightsMode: "standard",
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: args.keyArn,
      performanceInsightsRetentionPeriod: performanceInsightsRetentionDays,
      monitoringInterval: monitoringIntervalSeconds,
      monitoringRoleArn: monitoringRole.arn,
      enabledCloudwatchLogsExports: logExports,
    },
    {
      parent,
      protect: args.deletionProtection,
      dependsOn: logGroups,
      // AWS goes on to newer minor versions in the maintenance window, and none may be undone.
      ignoreChanges: ["engineVersion"],
    },
  );
  return {
    resource: cluster,
    arn: cluster.arn,
    resourceIdentifier: cluster.clusterIdentifier,
    address: cluster.endpoint,
    readAddress: cluster.readerEndpoint,
    ownerSecretArn: cluster.masterUserSecrets.apply((secrets) => secrets[0]?.secretArn ?? ""),
  };
}

/** What a gp3 disk of PostgreSQL does at its size. AWS wants it said for a cluster, and reports it when it is not. */
function gp3BaselineIops(gigabytes: number): number {
  return gigabytes < 400 ? 3000 : 12_000;
}
