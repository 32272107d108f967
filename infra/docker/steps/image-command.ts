import * as pulumi from "@pulumi/pulumi";
import type { ImageCommandOutputs } from "./read-image-command.ts";

/** Reads what an image runs by itself, for what is put in front of it. */
export class ImageCommand extends pulumi.dynamic.Resource {
  declare readonly entrypoint: pulumi.Output<string[]>;
  declare readonly command: pulumi.Output<string[]>;

  constructor(name: string, args: { image: pulumi.Input<string> }, options?: pulumi.CustomResourceOptions) {
    const outputs = { entrypoint: undefined, command: undefined };
    super(imageCommandProvider, name, { ...args, ...outputs }, options, "dynamic", "ImageCommand");
  }
}

interface ImageCommandInputs {
  image: string;
}

// As with Job: its code is kept in the state, so it is no more than a call into the project.
const imageCommandProvider: pulumi.dynamic.ResourceProvider<
  ImageCommandInputs,
  ImageCommandInputs & ImageCommandOutputs
> = {
  async create(inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { readImageCommand } =
      require("../infra/docker/steps/read-image-command.ts") as typeof import("./read-image-command.ts");
    return { id: inputs.image, outs: { ...inputs, ...(await readImageCommand(inputs.image)) } };
  },
  async update(_id, _olds, inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { readImageCommand } =
      require("../infra/docker/steps/read-image-command.ts") as typeof import("./read-image-command.ts");
    return { outs: { ...inputs, ...(await readImageCommand(inputs.image)) } };
  },
  async diff(_id, olds, inputs) {
    return { changes: olds.image !== inputs.image };
  },
};
