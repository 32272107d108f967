import * as pulumi from "@pulumi/pulumi";
import type { StaticFilesUpload } from "./put-static-files.ts";

export type StaticFilesArgs = {
  [property in keyof StaticFilesUpload]: pulumi.Input<StaticFilesUpload[property]>;
};

/**
 * A service's static files in the object store, under a prefix that changes with their contents. Those of earlier
 * releases stay: pages that were sent before name them.
 */
export class StaticFiles extends pulumi.dynamic.Resource {
  constructor(name: string, args: StaticFilesArgs, options?: pulumi.CustomResourceOptions) {
    super(staticFilesProvider, name, { ...args }, options, "dynamic", "StaticFiles");
  }
}

// As with Job: its code is kept in the state, so it is no more than a call into the project.
const staticFilesProvider: pulumi.dynamic.ResourceProvider<StaticFilesUpload, StaticFilesUpload> = {
  async create(inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { putStaticFiles } =
      require("../infra/docker/steps/put-static-files.ts") as typeof import("./put-static-files.ts");
    await putStaticFiles(inputs);
    return { id: inputs.prefix, outs: inputs };
  },
  async update(_id, _olds, inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { putStaticFiles } =
      require("../infra/docker/steps/put-static-files.ts") as typeof import("./put-static-files.ts");
    await putStaticFiles(inputs);
    return { outs: inputs };
  },
  async diff(_id, olds, inputs) {
    return { changes: olds.prefix !== inputs.prefix || olds.bucket !== inputs.bucket };
  },
};
