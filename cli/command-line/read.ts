import { parseArgs } from "node:util";
import { PersonError } from "../../infra/errors.ts";
import { readStackArguments } from "../../running-stack/stack-arguments.ts";
import type { CommandDeclaration, OptionDeclaration } from "./declaration.ts";
import { nearest } from "./nearest.ts";

type Value<Option extends OptionDeclaration> = Option["type"] extends "boolean" ? boolean : string;
/** What was given for each option: of those that may be repeated, all of it. */
type Values<Options extends Record<string, OptionDeclaration>> = {
  [name in keyof Options]: Options[name] extends { multiple: true }
    ? Value<Options[name]>[]
    : Value<Options[name]> | undefined;
};

export interface CommandLine<Options extends Record<string, OptionDeclaration>> {
  stack: string;
  values: Values<Options>;
  /** Its operands or, where it passes arguments on, all that it does not know, in their order. */
  rest: string[];
}

/**
 * Reads a command line as its command declares it.
 * @throws PersonError that names the argument and, where one is near, the option that was meant.
 */
export function readCommandLine<Options extends Record<string, OptionDeclaration>>(
  declaration: CommandDeclaration & { options: Options },
  args: string[],
): CommandLine<Options> {
  const { options, passesOn, operands } = declaration;
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, (boolean | string)[]> = {};
  const ours = new Set<number>();
  for (const token of tokens) {
    if (token.kind === "option" && options[token.name]) {
      const option = options[token.name] as OptionDeclaration;
      values[token.name] = [...(values[token.name] ?? []), readValue(token.rawName, option, token.value)];
      ours.add(token.index);
      if (token.value !== undefined && !token.inlineValue) ours.add(token.index + 1);
    } else if (token.kind === "option" && passesOn === undefined) {
      throw new PersonError(unknownOption(token.rawName, options));
    } else if (token.kind === "positional" && operands === undefined && passesOn === undefined) {
      throw new PersonError(`The argument "${token.value}" is one too many; ${allowed(options)}.`);
    } else if (token.kind === "option-terminator" && passesOn === undefined) ours.add(token.index);
  }
  const given = Object.entries(options).map(([name, { multiple }]) => [
    name,
    multiple ? (values[name] ?? []) : values[name]?.at(-1),
  ]);
  const stack = values.stack?.at(-1);
  return {
    // Its name is checked as Pulumi's own arguments are.
    stack: readStackArguments(stack === undefined ? [] : ["--stack", String(stack)]).stack,
    values: Object.fromEntries(given) as Values<Options>,
    rest: args.filter((_, index) => !ours.has(index)),
  };
}

function readValue(rawName: string, { type, value }: OptionDeclaration, given: string | undefined) {
  if (type === "boolean") {
    if (given !== undefined) throw new PersonError(`${rawName} takes no value; it was given "${given}".`);
    return true;
  }
  if (!given || given.startsWith("-"))
    throw new PersonError(`${rawName} needs ${value === undefined ? "a value" : `its ${value}`}.`);
  return given;
}

function unknownOption(rawName: string, options: Record<string, OptionDeclaration>): string {
  const names = Object.keys(options).map((name) => `--${name}`);
  const meant = nearest(rawName, names);
  return `The option "${rawName}" is unknown; ${meant ? `did you mean ${meant}? ` : ""}${allowed(options)}.`;
}

function allowed(options: Record<string, OptionDeclaration>): string {
  const names = Object.entries(options).map(([name, { value }]) => `--${name}${value ? ` ${value}` : ""}`);
  return `allowed are ${["--help", ...names].join(", ")}`;
}
