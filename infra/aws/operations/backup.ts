import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { serviceMayAssume } from "../account/policy-document.ts";
import type { Database } from "../database/database.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import { BackupCopies } from "./backup-copies.ts";
import { type BackupVaults, createBackupVault } from "./backup-vault.ts";
import type { Notices } from "./notices.ts";

export interface BackupArgs {
  accountId: string;
  keyArn: pulumi.Input<string>;
  retentionDays: number;
  restoreTesting: boolean;
  /** Where every backup is copied to; undefined copies none. */
  copyRegion: string | undefined;
  deletionProtection: boolean;
  keepData: boolean;
  database: Database;
  objectStore: ObjectStore;
  notices: Notices;
}

interface PlanArgs {
  vault: aws.backup.Vault;
  copies: aws.backup.Vault | undefined;
  continuous: boolean;
}

/** What AWS Backup needs to back up and restore databases and buckets, in policies that AWS keeps up to date. */
const managedPolicies = [
  "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
  "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
  "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
  "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
];

/**
 * Daily copies of database and uploads, one of which is restored every week to prove it. Each has a vault of its own:
 * AWS counts jobs by vault, and a copy of the one must not pass for one of the other.
 */
export class Backup extends pulumi.ComponentResource {
  readonly vaults: BackupVaults;
  /** In the other region; undefined where nothing is copied. */
  readonly copies: BackupVaults | undefined;
  private readonly name: string;

  constructor(name: string, args: BackupArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Backup", name, {}, options);
    this.name = name;

    this.vaults = {
      database: this.createVault(name, args),
      uploads: this.createVault(`${name}-uploads`, args),
    };
    this.copies =
      args.copyRegion === undefined
        ? undefined
        : new BackupCopies(`${name}-copies`, { ...args, region: args.copyRegion }, { parent: this }).vaults;
    const role = this.createRole(args);
    // Daily copies of the database, whose own log goes back to any second; with continuous backup AWS would keep one
    // recovery point and take over the retention that RDS is told. The uploads have no log but this.
    this.createPlan(name, args, role, args.database.arn, {
      vault: this.vaults.database,
      copies: this.copies?.database,
      continuous: false,
    });
    this.createPlan(`${name}-uploads`, args, role, args.objectStore.bucket.bucket.arn, {
      vault: this.vaults.uploads,
      copies: this.copies?.uploads,
      continuous: true,
    });
    if (args.restoreTesting) this.createRestoreTest(args, role);

    this.registerOutputs();
  }

  private createVault(name: string, args: BackupArgs): aws.backup.Vault {
    const vault = createBackupVault(name, args, this);
    new aws.backup.VaultNotifications(
      name,
      {
        backupVaultName: vault.name,
        snsTopicArn: args.notices.topicArn,
        // A failed backup is an alarm: BACKUP_JOB_FAILED and RESTORE_JOB_FAILED are deprecated and never arrive.
        backupVaultEvents: ["RESTORE_JOB_COMPLETED", "S3_BACKUP_OBJECT_FAILED", "S3_RESTORE_OBJECT_FAILED"],
      },
      { parent: this, dependsOn: args.notices.ready },
    );
    return vault;
  }

  private createRole({ accountId }: BackupArgs): aws.iam.Role {
    const role = new aws.iam.Role(
      this.name,
      { assumeRolePolicy: serviceMayAssume("backup.amazonaws.com", accountId) },
      { parent: this },
    );
    for (const policyArn of managedPolicies) {
      const suffix = policyArn.split("Policy").at(-1)?.toLowerCase();
      new aws.iam.RolePolicyAttachment(
        `${this.name}-${suffix}`,
        { role: role.name, policyArn },
        { parent: this },
      );
    }
    return role;
  }

  private createPlan(
    name: string,
    { retentionDays }: BackupArgs,
    role: aws.iam.Role,
    resourceArn: pulumi.Input<string>,
    { vault, copies, continuous }: PlanArgs,
  ): void {
    const plan = new aws.backup.Plan(
      name,
      {
        name,
        rules: [
          {
            ruleName: "daily",
            targetVaultName: vault.name,
            // After RDS's own backup window. UTC.
            schedule: "cron(0 5 * * ? *)",
            startWindow: 60,
            completionWindow: 480,
            enableContinuousBackup: continuous,
            lifecycle: { deleteAfter: retentionDays },
            // What is copied of a continuous backup is a snapshot, one a day.
            ...(copies && {
              copyActions: [{ destinationVaultArn: copies.arn, lifecycle: { deleteAfter: retentionDays } }],
            }),
          },
        ],
      },
      { parent: this },
    );
    new aws.backup.Selection(
      name,
      { planId: plan.id, name, iamRoleArn: role.arn, resources: [resourceArn] },
      { parent: this },
    );
  }

  /** Restored beside the real one, kept for a few hours to be looked at, then deleted by AWS Backup. */
  private createRestoreTest({ database, objectStore }: BackupArgs, role: aws.iam.Role): void {
    const underscored = this.name.replaceAll("-", "_");
    const plan = new aws.backup.RestoreTestingPlan(
      this.name,
      {
        name: underscored,
        scheduleExpression: "cron(0 8 ? * MON *)",
        startWindowHours: 4,
        recoveryPointSelection: {
          algorithm: "LATEST_WITHIN_WINDOW",
          includeVaults: [this.vaults.database.arn, this.vaults.uploads.arn],
          // The database has snapshots alone, and the uploads a continuous copy.
          recoveryPointTypes: ["SNAPSHOT", "CONTINUOUS"],
          selectionWindowDays: 7,
        },
      },
      { parent: this },
    );
    const select = (what: string, selection: RestoreSelection) =>
      new aws.backup.RestoreTestingSelection(
        what === "database" ? this.name : `${this.name}-${what}`,
        {
          name: `${underscored}_${what}`,
          restoreTestingPlanName: plan.name,
          iamRoleArn: role.arn,
          validationWindowHours: 4,
          ...selection,
        },
        { parent: this },
      );
    select("database", {
      protectedResourceType: "RDS",
      protectedResourceArns: [database.arn],
      restoreMetadataOverrides: { dbsubnetgroupname: database.resource.dbSubnetGroupName },
    });
    select("uploads", {
      protectedResourceType: "S3",
      protectedResourceArns: [objectStore.bucket.bucket.arn],
    });
  }
}

type RestoreSelection = Pick<
  aws.backup.RestoreTestingSelectionArgs,
  "protectedResourceType" | "protectedResourceArns" | "restoreMetadataOverrides"
>;
