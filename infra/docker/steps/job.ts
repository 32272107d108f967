import * as pulumi from "@pulumi/pulumi";
import { partLabels, partName } from "../../naming.ts";
import { type Role, secretsDirectory } from "../../topology.ts";
import type { PartOptions } from "../container/container.ts";
import type { SecretFiles } from "../container/secret-files.ts";
import type { JobRun } from "./run-job.ts";

export interface JobArgs {
  stack: string;
  role: Role;
  image: pulumi.Input<string>;
  userId: number;
  command: pulumi.Input<string[]>;
  /** In place of the image's. */
  entrypoint?: string[];
  /** The limit of its memory; 256 when not given. */
  memoryMegabytes?: number;
  /** Folders in memory that it may write to, besides /tmp. */
  memoryPaths?: string[];
  /** The job joins the first and is connected to the others before it starts. */
  networks: pulumi.Input<string>[];
  secretFiles: SecretFiles;
  /** Never a secret. */
  environment?: Record<string, pulumi.Input<string>>;
  /** The job is ended, and has failed, after this long. */
  timeoutSeconds: number;
  /** The job runs again when one of these changes, and for nothing else. */
  triggers: Record<string, pulumi.Input<string>>;
}

/**
 * A container that runs to its end as a step of the deployment. When it fails the deployment fails with what the
 * job said; nothing is recorded then, so the next `up` runs it again. A preview runs nothing.
 */
export class Job extends pulumi.dynamic.Resource {
  /** The last line that the job printed. */
  declare readonly result: pulumi.Output<string>;

  constructor(name: string, args: JobArgs, { parent, dependsOn = [] }: PartOptions) {
    const run: pulumi.Inputs = {
      containerName: partName(args.stack, args.role),
      labels: partLabels(args.stack, args.role),
      image: args.image,
      user: `${args.userId}:${args.userId}`,
      command: args.command,
      ...(args.entrypoint ? { entrypoint: args.entrypoint } : {}),
      ...(args.memoryMegabytes ? { memoryMegabytes: args.memoryMegabytes } : {}),
      ...(args.memoryPaths ? { memoryPaths: args.memoryPaths } : {}),
      networks: args.networks,
      environment: { SECRETS_DIRECTORY: secretsDirectory, ...args.environment },
      secretsVolume: { name: args.secretFiles.volumeName, path: secretsDirectory },
      timeoutSeconds: args.timeoutSeconds,
    };
    super(
      jobProvider,
      name,
      { run, triggers: args.triggers, result: undefined },
      { parent, dependsOn: [...dependsOn, args.secretFiles.written] },
      "dynamic",
      "Job",
    );
  }
}

interface JobInputs {
  run: JobRun;
  triggers: Record<string, string>;
}

/**
 * Pulumi keeps this object's code in its state and runs it in a process of its own, whose working directory is that
 * of the program: so it holds no more than a call into the project. `require`, since the code of an `import` cannot
 * be kept when a test runner has put its own in place.
 */
const jobProvider: pulumi.dynamic.ResourceProvider<JobInputs, JobInputs & { result: string }> = {
  async create(inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { runJob } = require("../infra/docker/steps/run-job.ts") as typeof import("./run-job.ts");
    return { id: inputs.run.containerName, outs: { ...inputs, result: await runJob(inputs.run) } };
  },
  async update(_id, _olds, inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { runJob } = require("../infra/docker/steps/run-job.ts") as typeof import("./run-job.ts");
    return { outs: { ...inputs, result: await runJob(inputs.run) } };
  },
  async diff(_id, olds, inputs) {
    return { changes: JSON.stringify(olds.triggers) !== JSON.stringify(inputs.triggers) };
  },
};
