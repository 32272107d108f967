import * as pulumi from "@pulumi/pulumi";
import type { PartOptions } from "../container/container.ts";
import type { SecretFiles } from "../container/secret-files.ts";
import type { RunningNodes } from "./take-passwords.ts";

export interface PasswordChangeArgs {
  nodes: RunningNodes;
  secretFiles: SecretFiles;
}

/**
 * The moment from which the nodes that run work with the new passwords of the database's own roles. A role has one
 * password, so the nodes cannot go over to the new ones as they are replaced, one by one: all go over at once, and are
 * replaced after that.
 */
export class PasswordChange extends pulumi.dynamic.Resource {
  constructor(name: string, { nodes, secretFiles }: PasswordChangeArgs, { parent }: PartOptions) {
    const inputs = { nodes, version: secretFiles.version };
    super(provider, name, inputs, { parent, dependsOn: [secretFiles.written] }, "dynamic", "PasswordChange");
  }
}

interface PasswordChangeInputs {
  nodes: RunningNodes;
  version: string;
}

// As with Job: its code is kept in the state, so it is no more than a call into the project.
const provider: pulumi.dynamic.ResourceProvider<PasswordChangeInputs, PasswordChangeInputs> = {
  async create(inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { takePasswords } =
      require("../infra/docker/steps/take-passwords.ts") as typeof import("./take-passwords.ts");
    await takePasswords(inputs.nodes);
    return { id: inputs.nodes.containerNames.join(","), outs: inputs };
  },
  async update(_id, _olds, inputs) {
    const require = process.getBuiltinModule("node:module").createRequire(`${process.cwd()}/`);
    const { takePasswords } =
      require("../infra/docker/steps/take-passwords.ts") as typeof import("./take-passwords.ts");
    await takePasswords(inputs.nodes);
    return { outs: inputs };
  },
  async diff(_id, olds, inputs) {
    return { changes: olds.version !== inputs.version };
  },
};
