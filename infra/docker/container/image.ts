import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { programPath } from "../../project.ts";
import { type ImageSource, sourceHash } from "../../source-hash.ts";
import { imageReference } from "./image-sources.ts";

export interface LocalImageArgs {
  /** The part of the image's name after `capstone/`. */
  imageName: string;
  source: ImageSource;
}

/**
 * An image built from a Dockerfile of ours and named after the hash of what goes into it: an unchanged source
 * builds nothing, and an earlier release is still there to go back to.
 */
export class LocalImage extends pulumi.ComponentResource {
  /** The image's content digest, `sha256:…`. */
  readonly digest: pulumi.Output<string>;
  /** The content-addressed name, `capstone/<name>:<hash>`. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: LocalImageArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:docker:LocalImage", name, {}, options);

    const hash = sourceHash(args.source);
    const image = new docker.RemoteImage(
      `${args.imageName}-image`,
      {
        name: imageReference(args.imageName, hash),
        build: {
          context: programPath(args.source.context),
          dockerfile: args.source.dockerfile,
          forceRemove: true,
        },
        triggers: { source: hash },
        keepLocally: true,
      },
      // Else the engine would take away every container of the old image before it makes the new one.
      { parent: this, deleteBeforeReplace: false },
    );
    this.digest = image.imageId;
    this.reference = image.name;

    this.registerOutputs({ digest: this.digest, reference: this.reference });
  }
}
