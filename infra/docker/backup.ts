import * as pulumi from "@pulumi/pulumi";
import {
  bucketName,
  memoryLimits,
  objectStoreRegion,
  ports,
  secretsDirectory,
  stopTimeoutSeconds,
  userIds,
} from "../topology.ts";
import type { BackupRepository } from "./backup-repository.ts";
import { createPart } from "./container/container.ts";
import { SecretFiles } from "./container/secret-files.ts";
import { attach, type Networks } from "./networks.ts";
import type { Secrets } from "./secrets.ts";

export interface BackupArgs {
  stack: string;
  networks: Networks;
  /** The database's: what restores a backup has to be what made it. */
  image: pulumi.Input<string>;
  /** Carries the secret files. */
  baseImage: pulumi.Input<string>;
  secrets: Secrets;
  repository: BackupRepository;
}

/**
 * Copies the uploads and proves that the newest backup restores, on a schedule, and shows both as metrics. The backups
 * themselves are made by the primary, which alone has the files.
 */
export class Backup extends pulumi.ComponentResource {
  constructor(name: string, args: BackupArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:Backup", name, {}, options);

    const files = this.createSecretFiles(args);
    this.createContainer(args, files);

    this.registerOutputs();
  }

  private createSecretFiles({ stack, baseImage, secrets, repository }: BackupArgs): SecretFiles {
    return new SecretFiles(
      "backup-secrets",
      {
        stack,
        role: "backup-secrets",
        image: baseImage,
        userId: userIds.database,
        pepper: secrets.pepper,
        secrets: {
          "backup-passphrase": secrets.backupPassphrase,
          "object-store-access-key": secrets.objectStore.accessKey,
          "object-store-secret-key": secrets.objectStore.secretKey,
        },
        settings: { "backup.json": repository.schedule },
      },
      { parent: this },
    );
  }

  private createContainer(args: BackupArgs, files: SecretFiles) {
    const { stack, networks, image, repository } = args;
    return createPart(
      {
        stack,
        role: "backup",
        node: 1,
        image,
        userId: userIds.database,
        // A small Postgres runs in it while a restore is verified.
        memoryMegabytes: memoryLimits.backup,
        command: ["start-backup"],
        networks: [attach(networks.data, "backup", 1)],
        sharedVolumes: [repository.mount],
        secretFiles: files,
        memoryPaths: ["/run/backup", "/run/postgresql", "/tmp"],
        environment: {
          SECRETS_DIRECTORY: secretsDirectory,
          OBJECT_STORE_ENDPOINT: `http://edge:${ports.edgeObjectStore}`,
          OBJECT_STORE_REGION: objectStoreRegion,
          OBJECT_STORE_BUCKET: bucketName,
        },
        healthCheck: ["backup-health-check"],
        healthCheckSeconds: 30,
        startTimeoutSeconds: 30,
        stopTimeoutSeconds: stopTimeoutSeconds.backup,
      },
      { parent: this },
    );
  }
}
