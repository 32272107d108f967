import * as pulumi from "@pulumi/pulumi";
import { releaseSource } from "../../release.ts";
import { sourceHash } from "../../source-hash.ts";
import { PushedImage } from "./pushed-image.ts";
import { Repository } from "./repository.ts";

export interface ReleaseImageArgs {
  region: string;
  architecture: "X86_64" | "ARM64";
  keyArn: pulumi.Input<string>;
  deletionProtection: boolean;
}

/** The application's image and the repository that keeps it. */
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
        sourceHash: sourceHash(releaseSource),
        dockerfile: releaseSource.dockerfile,
        architecture: args.architecture,
      },
      { parent: this },
    );
    this.repositoryArn = repository.arn;
    this.reference = image.reference;

    this.registerOutputs();
  }
}
