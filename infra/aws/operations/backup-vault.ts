import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface BackupVaultArgs {
  keyArn: pulumi.Input<string>;
  retentionDays: number;
  deletionProtection: boolean;
  keepData: boolean;
}

/** One for each kind of data: AWS counts jobs by vault, and a copy of the one must not pass for one of the other. */
export interface BackupVaults {
  database: aws.backup.Vault;
  uploads: aws.backup.Vault;
}

/**
 * A vault whose backups nobody deletes before their time.
 * @param region where it is, if not in the stack's own region.
 */
export function createBackupVault(
  name: string,
  { keyArn, retentionDays, deletionProtection, keepData }: BackupVaultArgs,
  parent: pulumi.Resource,
  region?: string,
): aws.backup.Vault {
  const there = region ? { region } : {};
  const vault = new aws.backup.Vault(
    name,
    { kmsKeyArn: keyArn, forceDestroy: !keepData, ...there },
    { parent, protect: deletionProtection, retainOnDelete: keepData },
  );
  if (keepData) {
    // In governance mode: whoever wants to delete a backup before its time has to take this lock away first.
    new aws.backup.VaultLockConfiguration(
      name,
      { backupVaultName: vault.name, minRetentionDays: Math.min(7, retentionDays), ...there },
      { parent },
    );
  }
  return vault;
}
