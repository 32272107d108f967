import { pulumiOptions } from "../pulumi-options.mjs";
import { stackOption } from "./stack-option.mjs";

/** @import { CommandDeclaration } from "../declaration.ts" */

/**
 * What deploys a stack and takes it down.
 * @satisfies {Record<string, CommandDeclaration>}
 */
export const deploy = {
  up: {
    does: "brings a stack up, waits until it is healthy and prints its outputs",
    more: "Run again, it changes nothing and brings back what was stopped or removed. The outputs are JSON on standard output; where to click and what to try follow on standard error.",
    options: {
      stack: stackOption,
      "skip-health-check": { type: "boolean", does: "end when it is deployed, healthy or not" },
    },
    passesOn: { program: "pulumi up", options: pulumiOptions("up") },
    examples: ["npm run up", "npm run up -- --stack prod", "npm run up -- --stack prod --refresh"],
  },
  preview: {
    does: "shows what `up` would change, and changes nothing",
    options: {
      stack: stackOption,
      summary: {
        type: "string",
        value: "FILE",
        does: "also write a summary for a pull request, and fail where data would be lost",
      },
      "allow-data-loss": {
        type: "string",
        value: "TYPE.NAME",
        multiple: true,
        does: "this resource may be replaced or deleted with what it holds; for --summary, may be repeated",
      },
    },
    passesOn: { program: "pulumi preview", options: pulumiOptions("preview") },
    examples: [
      "npm run preview",
      "npm run preview -- --stack prod --diff",
      "npm run preview -- --stack prod --summary summary.md",
    ],
  },
  down: {
    does: "takes a stack down; its data and secrets stay",
    more: "The next `up` finds the data again. Stopped half-way, it goes on when it is run again.",
    options: {
      stack: stackOption,
      data: { type: "boolean", does: "also delete its data, passwords and state, for good" },
      engine: { type: "boolean", does: "also stop the Docker engine that set-up started" },
    },
    examples: ["npm run down", "npm run down -- --stack test --data"],
  },
  outputs: {
    does: "prints a stack's outputs as JSON and nothing else",
    options: {
      stack: stackOption,
      "show-secrets": { type: "boolean", does: "with the secrets, which are masked otherwise" },
    },
    examples: ["npm run -s outputs", "npm run -s outputs -- --stack prod --show-secrets"],
  },
  pulumi: {
    does: "runs Pulumi's CLI with this machine's state and passphrase",
    more: "All arguments are Pulumi's, and `npx pulumi` is the same command. Its own help is `npm run pulumi -- help`.",
    operands: { shown: "ARGUMENT…", does: "what Pulumi is to do" },
    options: {},
    passesOn: { program: "pulumi" },
    examples: ["npm run pulumi -- stack ls", "npm run pulumi -- config set appNodes 3 --stack dev"],
  },
};
