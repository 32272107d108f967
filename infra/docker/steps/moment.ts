import * as pulumi from "@pulumi/pulumi";

export interface MomentArgs {
  /** A new moment is taken when this changes, and only then. */
  of: string;
}

/** When something was first deployed: seconds since 1970. */
export class Moment extends pulumi.dynamic.Resource {
  declare readonly seconds: pulumi.Output<number>;

  constructor(name: string, args: MomentArgs, options?: pulumi.CustomResourceOptions) {
    super(momentProvider, name, { ...args, seconds: undefined }, options, "dynamic", "Moment");
  }
}

// Kept in the state, as Job's: it refers to nothing outside itself.
const momentProvider: pulumi.dynamic.ResourceProvider<MomentArgs, MomentArgs & { seconds: number }> = {
  async create(inputs) {
    return { id: inputs.of, outs: { ...inputs, seconds: Math.floor(Date.now() / 1000) } };
  },
  async update(_id, _olds, inputs) {
    return { outs: { ...inputs, seconds: Math.floor(Date.now() / 1000) } };
  },
  async diff(_id, olds, inputs) {
    return { changes: olds.of !== inputs.of };
  },
};
