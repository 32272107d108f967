import { stackOption } from "./stack-option.mjs";

/** @import { CommandDeclaration } from "../declaration.ts" */

/**
 * What shows how a stack is, and changes nothing.
 * @satisfies {Record<string, CommandDeclaration>}
 */
export const look = {
  status: {
    does: "shows on one screen whether it is up, what could be lost now, and which alerts fire",
    more: "Ends with 0 when the stack is healthy, with 1 when it is degraded or failed. For stacks on Docker.",
    options: {
      stack: stackOption,
      watch: { type: "boolean", does: "go on showing it, every 2 s" },
      json: { type: "boolean", does: "everything that it is made from, as JSON" },
      space: { type: "boolean", does: "also what takes this machine's disk, and what may go" },
    },
    examples: ["npm run status", "npm run status -- --watch", "npm run -s status -- --json"],
  },
  help: {
    does: "lists every command, or shows one with its options, operands and examples",
    operands: { shown: "[NAME]", does: "a command; without it all of them" },
    options: {
      "write-docs": { type: "boolean", does: "write docs/commands.md, which has the same" },
    },
    examples: ["npm run help", "npm run help -- up", "npm run help -- --write-docs"],
  },
};
