/** @import { OptionDeclaration } from "../declaration.ts" */

/**
 * What nearly every command has.
 * @satisfies {OptionDeclaration}
 */
export const stackOption = {
  type: "string",
  short: "s",
  value: "NAME",
  does: "the stack; PULUMI_STACK, or dev, when not given",
};
