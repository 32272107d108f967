import { stackOption } from "./stack-option.mjs";

/** @import { CommandDeclaration } from "../declaration.ts" */

/**
 * What an operator does to a running stack and its data.
 * @satisfies {Record<string, CommandDeclaration>}
 */
export const operate = {
  sql: {
    does: "opens psql on the primary, or runs what it is given",
    more: "As the owner of the schema, without a password; `set role none` makes you the superuser. Without a terminal it runs what standard input has. For stacks on Docker.",
    options: {
      stack: stackOption,
      command: { type: "string", short: "c", value: "SQL", does: "run this and end" },
      replica: { type: "boolean", does: "on a replica, which only reads" },
    },
    examples: [
      "npm run sql",
      "npm run -s sql -- --command 'select count(*) from accounts'",
      "npm run -s sql -- --replica",
    ],
  },
  shell: {
    does: "opens a shell in a part's container",
    more: "As the part's own user, on its read-only root. Without a terminal it runs what standard input has. For stacks on Docker.",
    operands: { shown: "PART", does: "a part like app-1 or database-2" },
    options: { stack: stackOption },
    examples: ["npm run shell -- database-1"],
  },
  backup: {
    does: "makes a backup of the database now, and copies the uploads and the stack's state",
    options: {
      stack: stackOption,
      type: {
        type: "string",
        value: "full|incr",
        does: "a full backup, or what changed since the last; incr",
      },
    },
    examples: ["npm run backup", "npm run backup -- --type full"],
  },
  restore: {
    does: "restores the database to a point in time, or from its archive when all nodes are lost",
    more: "Everything written since is undone, and the service has no database meanwhile: it asks first.",
    options: {
      stack: stackOption,
      to: {
        type: "string",
        value: "TIME",
        does: "a time like 2026-01-31T12:00:00Z, or latest; without a zone it is this machine's",
      },
      timeline: { type: "string", value: "N", does: "follow this timeline, to undo a restore" },
      yes: { type: "boolean", does: "do not ask; needed where there is no terminal" },
      uploads: { type: "boolean", does: "instead restore the objects that are missing from the bucket" },
    },
    examples: ["npm run restore -- --to 2026-01-31T12:00:00Z", "npm run restore -- --uploads"],
  },
  repair: {
    does: "remakes a stateful part from its peers; refuses the last good copy",
    operands: {
      shown: "PART",
      does: "database-2, consensus-1, object-store-3, backup-1, metrics-1, consensus (all of it lost), or state (Pulumi's)",
    },
    options: { stack: stackOption },
    examples: ["npm run repair -- database-2", "npm run repair -- state"],
  },
  rotate: {
    does: "replaces secrets with new ones, with no failed request",
    operands: { shown: "WHICH…", does: "database, signing, object-store, internal, or all" },
    options: { stack: stackOption },
    examples: ["npm run rotate -- all", "npm run rotate -- database signing"],
  },
  "import:sqlite": {
    does: "imports an SQLite database with its users, posts and uploads, or takes an import back",
    operands: { shown: "[FILE]", does: "the SQLite database; none with --sample and --undo" },
    options: {
      stack: stackOption,
      uploads: { type: "string", value: "DIR", does: "the images that its rows name" },
      map: { type: "string", value: "FILE", does: "how to carry it over, where the contents do not say" },
      "dry-run": { type: "boolean", does: "say what would happen, and write nothing" },
      sample: { type: "boolean", does: "the data to develop with, in place of FILE" },
      undo: { type: "string", value: "SCHEMA", does: "take the import into this schema back" },
    },
    examples: [
      "npm run import:sqlite -- blog.sqlite --uploads static/uploads --dry-run",
      "npm run import:sqlite -- --sample",
      "npm run import:sqlite -- --undo blog",
    ],
  },
};
