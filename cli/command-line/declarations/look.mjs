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
  logs: {
    does: "shows what the parts of a stack wrote, each line with its part",
    more: "Oldest first, of all parts or of those named, of those that do not run too. For stacks on Docker; for one on AWS it says what to type.",
    operands: { shown: "[PART…]", does: "a part like database-2, or a role like app for all of its parts" },
    options: {
      stack: stackOption,
      follow: {
        type: "boolean",
        short: "f",
        does: "go on with what they write, also after a restart; ends with Ctrl-C",
      },
      since: {
        type: "string",
        value: "TIME",
        does: "from then on: 90s, 10m, 2h, 1d, or a time like 2026-01-31T12:00:00Z",
      },
      tail: {
        type: "string",
        value: "N",
        does: "so many lines of each part, or all; 50, and all with --since",
      },
    },
    examples: [
      "npm run logs -- -f",
      "npm run logs -- database --since 10m",
      "npm run logs -- app-1 proxy-1 --tail all",
    ],
  },
  open: {
    does: "prints an address of a stack, and opens it where there is a desktop",
    operands: { shown: "[PLACE]", does: "api, docs, dashboards, metrics or alerts; api when not given" },
    options: { stack: stackOption },
    examples: ["npm run open -- docs", "npm run open -- dashboards --stack prod"],
  },
  doctor: {
    does: "says what this machine has and lacks, or holds a service against the checklist",
    more: "Of the machine: changes, installs and starts nothing, except the Node it runs on, and ends with 0 when `up` can work here. Of a service: builds it, starts it with a database and an object store of its own, removes them after, and ends with 0 when nothing is wrong. Otherwise it ends with 1.",
    options: {
      stack: stackOption,
      service: {
        type: "string",
        value: "FOLDER",
        does: "examine the service in this folder, not the machine",
      },
      page: {
        type: "string",
        value: "PATH",
        does: "a page of the service that reads its database; / when not given",
      },
      json: { type: "boolean", does: "print it as JSON" },
    },
    examples: ["npm run doctor", "npm run -s doctor -- --json", "npm run doctor -- --service examples/flask"],
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
