import { type CommandDeclaration, stackOption } from "./declaration.ts";

/** What commands take, by name; those that are not here still read their arguments themselves. */
export const commands = {
  doctor: {
    does: "says what this machine has and lacks, and changes nothing; its exit status is 0 when `up` can work here",
    options: { stack: stackOption, json: { type: "boolean", does: "print it as JSON" } },
    examples: ["doctor", "-s doctor -- --json"],
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
    passesOn: "pulumi preview",
    examples: ["preview", "preview -- --stack prod --diff", "preview -- --stack prod --summary summary.md"],
  },
} satisfies Record<string, CommandDeclaration>;
