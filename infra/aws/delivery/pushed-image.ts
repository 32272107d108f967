import * as pulumi from "@pulumi/pulumi";
import type { ImagePush } from "./push-image.ts";

export interface PushedImageArgs {
  region: string;
  repositoryName: pulumi.Input<string>;
  repositoryUrl: pulumi.Input<string>;
  /** A hash over all that the image is made of: its tag, and why it is built again. */
  sourceHash: string;
  /** Relative to the project's root. */
  dockerfile: string;
  /** The same; the root itself when not given. */
  context?: string;
  architecture: "X86_64" | "ARM64";
}

/**
 * The application's image, built on this machine and pushed. It is named by its digest, so what was tested is what
 * runs. The same source is built once; the registry's password is asked for when it is used, and kept nowhere.
 */
export class PushedImage extends pulumi.dynamic.Resource {
  /** `sha256:...` of the image in the registry. */
  declare readonly digest: pulumi.Output<string>;
  /** The image by its digest. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: PushedImageArgs, options?: pulumi.CustomResourceOptions) {
    super(imageProvider, name, { ...args, digest: undefined }, options, "aws", "PushedImage");
    this.reference = pulumi.interpolate`${args.repositoryUrl}@${this.digest}`;
  }
}

/** Pulumi keeps this object's code in its state: see the local target's job.ts for why it looks so. */
const imageProvider: pulumi.dynamic.ResourceProvider<ImagePush, ImagePush & { digest: string }> = {
  async create(inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { pushImage } = require("../infra/aws/delivery/push-image.ts") as typeof import("./push-image.ts");
    return { id: inputs.sourceHash, outs: { ...inputs, digest: await pushImage(inputs) } };
  },
  async update(_id, _olds, inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { pushImage } = require("../infra/aws/delivery/push-image.ts") as typeof import("./push-image.ts");
    return { outs: { ...inputs, digest: await pushImage(inputs) } };
  },
  async diff(_id, olds, inputs) {
    const keys = ["sourceHash", "architecture", "repositoryUrl", "dockerfile", "context"] as const;
    return { changes: keys.some((key) => olds[key] !== inputs[key]) };
  },
};
