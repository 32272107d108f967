import * as aws from "@pulumi/aws";
import { database as names } from "../../topology.ts";
import { type DatabaseNodes, type DatabaseParts, logExports } from "./database-form.ts";
import {
  backupWindow,
  databaseCertificateAuthority,
  databaseEngineVersion,
  databaseFamily,
  databaseParameters,
  maintenanceWindow,
  monitoringIntervalSeconds,
  performanceInsightsRetentionDays,
} from "./database-parameters.ts";

/** A primary and a standby in another zone, which takes over within 60 to 120 s. */
export function createDatabaseInstance(parts: DatabaseParts): DatabaseNodes {
  const { identifier, args, subnetGroup, monitoringRole, logGroups, parent } = parts;
  const parameterGroup = new aws.rds.ParameterGroup(
    identifier,
    { family: databaseFamily, parameters: databaseParameters },
    // RDS refuses to delete the group of an older major version while an upgrade from it is under way. It costs nothing.
    { parent, retainOnDelete: args.keepData },
  );
  const instance = new aws.rds.Instance(
    identifier,
    {
      identifier,
      engine: "postgres",
      engineVersion: databaseEngineVersion,
      instanceClass: args.instanceClass,
      multiAz: true,
      dbName: names.name,
      username: names.ownerUser,
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: args.keyArn,
      iamDatabaseAuthenticationEnabled: true,
      storageType: "gp3",
      allocatedStorage: args.storageGigabytes,
      maxAllocatedStorage: args.storageMaxGigabytes,
      storageEncrypted: true,
      kmsKeyId: args.keyArn,
      dbSubnetGroupName: subnetGroup.name,
      vpcSecurityGroupIds: [args.securityGroup.id],
      publiclyAccessible: false,
      parameterGroupName: parameterGroup.name,
      caCertIdentifier: databaseCertificateAuthority,
      backupRetentionPeriod: args.backupRetentionDays,
      backupWindow,
      maintenanceWindow,
      copyTagsToSnapshot: true,
      // Nothing is left of a throw-away stack, and all of any other.
      deleteAutomatedBackups: !args.keepData,
      skipFinalSnapshot: !args.keepData,
      finalSnapshotIdentifier: `${identifier}-final`,
      deletionProtection: args.deletionProtection,
      autoMinorVersionUpgrade: true,
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
      // A disk that grew by itself is no difference: the provider takes storageGigabytes as the least there is.
      dependsOn: logGroups,
    },
  );
  return {
    resource: instance,
    arn: instance.arn,
    resourceIdentifier: instance.identifier,
    address: instance.address,
    readAddress: instance.address,
    ownerSecretArn: instance.masterUserSecrets.apply((secrets) => secrets[0]?.secretArn ?? ""),
  };
}
