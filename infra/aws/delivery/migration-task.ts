import * as pulumi from "@pulumi/pulumi";
import type { MigrationRun } from "./run-migration.ts";

export interface MigrationTaskArgs {
  run: { [property in keyof MigrationRun]: pulumi.Input<MigrationRun[property]> | pulumi.Input<string>[] };
  /** The migration runs again when one of these changes, and for nothing else. */
  triggers: Record<string, pulumi.Input<string>>;
}

/**
 * A run of the migration as a step of the deployment. When it fails the deployment fails with what the migration
 * said; nothing is recorded then, so the next `up` runs it again. A preview runs nothing.
 */
export class MigrationTask extends pulumi.dynamic.Resource {
  /** The newest migration that is applied. */
  declare readonly newest: pulumi.Output<string>;

  constructor(name: string, args: MigrationTaskArgs, options?: pulumi.CustomResourceOptions) {
    super(migrationProvider, name, { ...args, newest: undefined }, options, "aws", "MigrationTask");
  }
}

interface MigrationInputs {
  run: MigrationRun;
  triggers: Record<string, string>;
}

/** Pulumi keeps this object's code in its state: see the local target's job.ts for why it looks so. */
export const migrationProvider: pulumi.dynamic.ResourceProvider<
  MigrationInputs,
  MigrationInputs & { newest: string }
> = {
  async create(inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { runMigration } =
      require("../infra/aws/delivery/run-migration.ts") as typeof import("./run-migration.ts");
    return { id: inputs.run.containerName, outs: { ...inputs, newest: await runMigration(inputs.run) } };
  },
  async update(_id, _olds, inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { runMigration } =
      require("../infra/aws/delivery/run-migration.ts") as typeof import("./run-migration.ts");
    return { outs: { ...inputs, newest: await runMigration(inputs.run) } };
  },
  async diff(_id, olds, inputs) {
    const sorted = (triggers: Record<string, string>) => JSON.stringify(Object.entries(triggers).sort());
    return { changes: sorted(olds.triggers) !== sorted(inputs.triggers) };
  },
};
