import * as pulumi from "@pulumi/pulumi";
import { EncryptionKey } from "../account/encryption-key.ts";
import { type BackupVaultArgs, type BackupVaults, createBackupVault } from "./backup-vault.ts";
import { passOnEvents } from "./event-notices.ts";
import type { Notices } from "./notices.ts";

export interface BackupCopiesArgs extends Omit<BackupVaultArgs, "keyArn"> {
  accountId: string;
  /** Another one than the stack's. */
  region: string;
  /** In the stack's own region, where AWS Backup tells of copies. */
  notices: Notices;
}

/** Where every backup is copied to, in a region that is not lost with the stack's: vaults and a key of its own. */
export class BackupCopies extends pulumi.ComponentResource {
  readonly vaults: BackupVaults;

  constructor(name: string, args: BackupCopiesArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:BackupCopies", name, {}, options);
    const { accountId, region, keepData, notices } = args;

    const key = new EncryptionKey(name, { accountId, region, elsewhere: true, keepData }, { parent: this });
    const vaultArgs = { ...args, keyArn: key.arn };
    this.vaults = {
      database: createBackupVault(name, vaultArgs, this, region),
      uploads: createBackupVault(`${name}-uploads`, vaultArgs, this, region),
    };
    passOnEvents(
      `${name}-failed`,
      {
        description: `A backup was not copied to ${region}.`,
        pattern: {
          source: ["aws.backup"],
          "detail-type": ["Copy Job State Change"],
          detail: {
            state: ["FAILED"],
            destinationBackupVaultArn: [this.vaults.database.arn, this.vaults.uploads.arn],
          },
        },
        notices,
      },
      { parent: this },
    );

    this.registerOutputs();
  }
}
