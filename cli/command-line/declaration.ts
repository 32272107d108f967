/** One option of a command. */
export interface OptionDeclaration {
  type: "boolean" | "string";
  short?: string;
  /** May be given several times. */
  multiple?: true;
  /** What stands for its value in the help, as in FILE. */
  value?: string;
  /** What it does, in half a sentence. */
  does: string;
}

/** What a command is called with: its command line is read by this. */
export interface CommandDeclaration {
  /** What it does, in a sentence. */
  does: string;
  /** Its operands as the help shows them, as in "[NAME…]"; undefined where it takes none. */
  operands?: string;
  options: Record<string, OptionDeclaration>;
  /** Further arguments that it does not know are for this program, as in "pulumi preview". */
  passesOn?: string;
  /** What follows `npm run NAME` in an example, or several. */
  examples: string[];
}

/** What nearly every command has. */
export const stackOption = {
  type: "string",
  short: "s",
  value: "NAME",
  does: "the stack; PULUMI_STACK, or dev, when not given",
} satisfies OptionDeclaration;
