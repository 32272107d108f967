import { createHmac } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { partLabels, partName } from "../../naming.ts";
import { type Role, secretsDirectory } from "../../topology.ts";

export interface SecretFilesArgs {
  stack: string;
  role: Role;
  /**
   * Nothing of it is ever started. It must name no user: Docker would look that up among the machine's own users
   * and give it the files.
   */
  image: pulumi.Input<string>;
  /** Who may read the files. */
  userId: number;
  /** File name to content; readers are replaced when one of these changes. */
  secrets: Record<string, pulumi.Input<string>>;
  /** File name to content that is read again while running: a change replaces nothing. */
  settings?: Record<string, pulumi.Input<string>>;
  /** A secret of the stack, so that `version` tells nothing about the contents. */
  pepper: pulumi.Input<string>;
}

/**
 * A volume that delivers secrets as files, each mode 0400 and owned by its reader. Docker can copy files only into
 * a container, so one is created on the volume and never started; readers mount the volume read-only.
 */
export class SecretFiles extends pulumi.ComponentResource {
  readonly volumeName: pulumi.Output<string>;
  /** Done when the files are there. Readers depend on it without taking a value from it: else new settings, which
   * they read while they run, would replace all of them at once. */
  readonly written: pulumi.Resource;
  /** Changes when one of the secrets does; tells nothing about them. */
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: SecretFilesArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:SecretFiles", name, {}, options);

    this.version = contentVersion(args.secrets, args.pepper);
    const volume = this.createVolume(args);
    this.volumeName = volume.name;
    this.written = this.createWriter(args, volume);

    this.registerOutputs({ volumeName: this.volumeName });
  }

  private createVolume({ stack, role }: SecretFilesArgs): docker.Volume {
    return new docker.Volume(
      role,
      {
        name: partName(stack, role),
        driver: "local",
        labels: Object.entries(partLabels(stack, role)).map(([label, value]) => ({ label, value })),
      },
      { parent: this, deleteBeforeReplace: true },
    );
  }

  private createWriter(args: SecretFilesArgs, volume: docker.Volume): docker.Container {
    const { stack, role, userId } = args;
    return new docker.Container(
      `${role}-writer`,
      {
        name: partName(stack, role),
        image: args.image,
        labels: Object.entries(partLabels(stack, role)).map(([label, value]) => ({ label, value })),
        start: false,
        mustRun: false,
        networkMode: "none",
        volumes: [{ volumeName: volume.name, containerPath: secretsDirectory }],
        uploads: Object.entries({ ...args.secrets, ...args.settings })
          .toSorted(([a], [b]) => a.localeCompare(b))
          .map(([file, content]) => ({
            file: `${secretsDirectory}/${file}`,
            content,
            owner: String(userId),
            group: String(userId),
            permissions: "0400",
          })),
      },
      { parent: this, deleteBeforeReplace: true },
    );
  }
}

/** A keyed hash of secrets: changes when one of them does, and tells nothing about them. */
export function contentVersion(
  secrets: Record<string, pulumi.Input<string>>,
  pepper: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.unsecret(
    pulumi.all([pulumi.output(secrets), pepper]).apply(([contents, key]) =>
      createHmac("sha256", key)
        .update(JSON.stringify(Object.entries(contents).sort()))
        .digest("hex")
        .slice(0, 16),
    ),
  );
}
