import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type ImageSource, sourceHash } from "../../source-hash.ts";
import { PushedImage } from "./pushed-image.ts";
import { Repository } from "./repository.ts";

export interface ReleaseImageArgs {
  source: ImageSource;
  region: string;
  architecture: "X86_64" | "ARM64";
  keyArn: pulumi.Input<string>;
  deletionProtection: boolean;
}

/** An image that is built from the project, and the repository that keeps it: what is pushed often pushes nothing else out. */
export class ReleaseImage extends pulumi.ComponentResource {
  readonly repositoryArn: pulumi.Output<string>;
  /** The image by its digest. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ReleaseImageArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:ReleaseImage", name, {}, options);

    const repository = new Repository(name, args, { parent: this });
    const image = new PushedImage(
      name,
      {
        region: args.region,
        repositoryName: repository.name,
        repositoryUrl: repository.url,
        sourceHash: sourceHash(args.source),
        dockerfile: path.posix.join(args.source.context, args.source.dockerfile),
        ...(args.source.context === "." ? {} : { context: args.source.context }),
        architecture: args.architecture,
      },
      { parent: this },
    );
    this.repositoryArn = repository.arn;
    this.reference = image.reference;

    this.registerOutputs();
  }
}
