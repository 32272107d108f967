import { stackOption } from "./stack-option.mjs";

/** @import { CommandDeclaration } from "../declaration.ts" */

const productionStack = /** @type {const} */ ({
  ...stackOption,
  does: "the stack; prod when not given",
});

/**
 * What checks a change to the project.
 * @satisfies {Record<string, CommandDeclaration>}
 */
export const develop = {
  test: {
    does: "runs every check and test, on a stack of its own, which it removes after",
    options: {},
    examples: ["npm test"],
  },
  lint: {
    does: "checks format, lint rules, types and who imports whom",
    options: {},
    examples: ["npm run lint"],
  },
  resources: {
    does: "prints the program's whole resource graph as JSON, without touching a cloud",
    options: {
      stack: stackOption,
      outputs: { type: "boolean", does: "the outputs that it would have, in place of the resources" },
    },
    examples: ["npm run -s resources -- --stack prod", "npm run -s resources -- --stack prod --outputs"],
  },
  checkov: {
    does: "checks the AWS target with checkov's rules",
    options: { stack: productionStack },
    defaultStack: "prod",
    examples: ["npm run checkov", "npm run checkov -- --stack trial"],
  },
  "cloudformation-lint": {
    does: "holds the AWS target against AWS's own schemas, and its Solutions and NIST rules",
    options: { stack: productionStack },
    defaultStack: "prod",
    examples: ["npm run cloudformation-lint"],
  },
};
