import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ReadinessQuestion } from "./ask-readiness.ts";

export interface ReadinessArgs {
  container: docker.Container;
  /** Run in the container, again and again until it succeeds. */
  healthCheck: string[];
  timeoutSeconds: number;
}

/**
 * The moment from which a container does its work. What stands on the container, or may be replaced only beside it,
 * depends on this. Docker's own health would do, but asks too seldom for a deployment or too often for the rest of
 * the time; and a container that was not ready in time is asked again by the next `up`.
 */
export class Readiness extends pulumi.dynamic.Resource {
  constructor(name: string, args: ReadinessArgs, options?: pulumi.CustomResourceOptions) {
    const question: pulumi.Inputs = {
      containerName: args.container.name,
      command: args.healthCheck,
      timeoutSeconds: args.timeoutSeconds,
    };
    const inputs = { question, containerId: args.container.id };
    super(readinessProvider, name, inputs, options, "dynamic", "Readiness");
  }
}

interface ReadinessInputs {
  question: ReadinessQuestion;
  /** A new container is checked again. */
  containerId: string;
}

// As with Job: its code is kept in the state, so it is no more than a call into the project.
const readinessProvider: pulumi.dynamic.ResourceProvider<ReadinessInputs, ReadinessInputs> = {
  async create(inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { askReadiness } =
      require("../infra/docker/steps/ask-readiness.ts") as typeof import("./ask-readiness.ts");
    await askReadiness(inputs.question);
    return { id: inputs.question.containerName, outs: inputs };
  },
  async update(_id, _olds, inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { askReadiness } =
      require("../infra/docker/steps/ask-readiness.ts") as typeof import("./ask-readiness.ts");
    await askReadiness(inputs.question);
    return { outs: inputs };
  },
  async diff(_id, olds, inputs) {
    return { changes: olds.containerId !== inputs.containerId };
  },
};
