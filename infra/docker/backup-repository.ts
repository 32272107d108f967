import * as pulumi from "@pulumi/pulumi";
import type { BackupSchedule } from "../configuration/configuration.ts";
import type { VolumeMount } from "./container/container.ts";
import { createDataVolume } from "./container/data-volume.ts";

export interface BackupRepositoryArgs {
  stack: string;
  schedule: BackupSchedule;
}

/** Where backups are kept: a volume that the database nodes write and the backup container reads, encrypted. */
export class BackupRepository extends pulumi.ComponentResource {
  readonly mount: VolumeMount;
  /** JSON that the containers read while they run. */
  readonly schedule: string;

  constructor(name: string, args: BackupRepositoryArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:BackupRepository", name, {}, options);

    const volume = createDataVolume(args.stack, "backup", 1, { parent: this });
    this.mount = { name: volume.name, path: "/var/lib/pgbackrest" };
    this.schedule = JSON.stringify(args.schedule);

    this.registerOutputs({ schedule: this.schedule });
  }
}
