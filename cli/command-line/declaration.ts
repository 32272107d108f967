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

/** An option of the program that further arguments are for. */
export interface PassedOption {
  type: "boolean" | "string";
  short?: string;
}

/** What a command is called with: its command line is read by this. */
export interface CommandDeclaration {
  /** What it does, in half a sentence of one line. */
  does: string;
  /** What else one has to know before using it, in sentences. */
  more?: string;
  /** Its operands as the help shows them, as in "[NAME…]", and what they are; undefined where it takes none. */
  operands?: { shown: string; does: string };
  options: Record<string, OptionDeclaration>;
  /** The stack that it works on when none is given, in place of PULUMI_STACK. */
  defaultStack?: string;
  /** The program that further options are for. Without a list all further arguments are. */
  passesOn?: { program: string; options?: Record<string, PassedOption> };
  /** Whole command lines. */
  examples: string[];
}

/** Commands that an operator looks for in one place. */
export interface CommandGroup {
  name: string;
  commands: Record<string, CommandDeclaration>;
}

type Value<Option extends OptionDeclaration> = Option["type"] extends "boolean" ? boolean : string;
/** What was given for each option: of those that may be repeated, all of it. */
export type Values<Options extends Record<string, OptionDeclaration>> = {
  [name in keyof Options]: Options[name] extends { multiple: true }
    ? Value<Options[name]>[]
    : Value<Options[name]> | undefined;
};

/** A command line that was read. */
export interface CommandLine<Options extends Record<string, OptionDeclaration>> {
  stack: string;
  values: Values<Options>;
  /** Its operands or, where it passes arguments on, all that it does not know, in their order. */
  rest: string[];
}
