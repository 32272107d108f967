// Reads command lines. Plain JavaScript, as all of this folder: what is wrong is said before anything is set up, also
// by a Node that knows no types.
import { parseArgs } from "node:util";
import { PersonError } from "../../infra/person-error.mjs";
import { checkStackName } from "../../running-stack/stack-name.mjs";
import { nearest } from "./nearest.mjs";

/** @import { CommandDeclaration, CommandLine, OptionDeclaration, Values } from "./declaration.ts" */

const helpOption = /** @type {const} */ ({ type: "boolean", short: "h" });

/**
 * Reads a command line as its command declares it.
 * @template {Record<string, OptionDeclaration>} Options
 * @param {CommandDeclaration & { options: Options }} declaration
 * @param {string[]} args
 * @returns {CommandLine<Options>}
 * @throws PersonError that names the argument and, where one is near, the option that was meant.
 */
export function readCommandLine(declaration, args) {
  const { options } = declaration;
  /** @type {Record<string, (boolean | string)[]>} */
  const values = {};
  /** The places of what is ours. */
  const ours = new Set();
  const tokens = tokensOf(declaration, args);
  /** The places of options that are not ours. */
  const others = new Set(
    tokens.flatMap((token) => (token.kind === "option" && !options[token.name] ? token.index : [])),
  );
  for (const token of tokens) {
    const option = token.kind === "option" ? options[token.name] : undefined;
    if (token.kind === "option" && option) {
      // Of "-ys prod" the program would get all or nothing.
      if (others.has(token.index))
        throw new PersonError(
          `${token.rawName} in "${args[token.index]}" has to stand by itself, as in ${token.rawName} ${option.value ?? ""}`.trim() +
            ".",
        );
      values[token.name] = [...(values[token.name] ?? []), readValue(token, option)];
      ours.add(token.index);
      if (token.value !== undefined && !token.inlineValue) ours.add(token.index + 1);
    } else if (token.kind === "option") refuseUnless(isPassedOn(declaration, token.name), declaration, token);
    else if (token.kind === "positional") refuseUnless(takesOperands(declaration), declaration, token);
    else if (!passesAllOn(declaration)) ours.add(token.index);
  }
  const given = Object.entries(options).map(([name, { multiple }]) => [
    name,
    multiple ? (values[name] ?? []) : values[name]?.at(-1),
  ]);
  return {
    stack: stackOf(declaration, values.stack?.at(-1)),
    values: /** @type {Values<Options>} */ (Object.fromEntries(given)),
    rest: args.filter((_, index) => !ours.has(index)),
  };
}

/**
 * Whether help is asked for. Where all arguments are passed on, what follows the first is none of ours.
 * @param {CommandDeclaration} declaration
 * @param {string[]} args
 */
export function asksForHelp(declaration, args) {
  const tokens = tokensOf(declaration, passesAllOn(declaration) ? args.slice(0, 1) : args);
  return tokens.some((token) => token.kind === "option" && token.name === "help");
}

/**
 * @param {CommandDeclaration} declaration
 * @param {string[]} args
 */
function tokensOf({ options, passesOn }, args) {
  const known = { ...passesOn?.options, ...options, help: helpOption };
  return parseArgs({ args, options: known, strict: false, allowPositionals: true, tokens: true }).tokens;
}

/** @param {CommandDeclaration} declaration */
const passesAllOn = ({ passesOn }) => passesOn !== undefined && passesOn.options === undefined;

/** @param {CommandDeclaration} declaration */
const takesOperands = (declaration) => declaration.operands !== undefined || passesAllOn(declaration);

/**
 * @param {CommandDeclaration} declaration
 * @param {string} name
 */
const isPassedOn = (declaration, name) =>
  passesAllOn(declaration) || declaration.passesOn?.options?.[name] !== undefined;

/**
 * @param {boolean} known
 * @param {CommandDeclaration} declaration
 * @param {{ kind: "option", rawName: string } | { kind: "positional", value: string }} token
 */
function refuseUnless(known, declaration, token) {
  if (known) return;
  if (token.kind === "positional")
    throw new PersonError(`The argument "${token.value}" is one too many; ${allowed(declaration)}.`);
  const names = Object.keys({ ...declaration.options, ...declaration.passesOn?.options });
  const meant = nearest(
    token.rawName,
    names.map((name) => `--${name}`),
  );
  const question = meant ? `did you mean ${meant}? ` : "";
  throw new PersonError(`The option "${token.rawName}" is unknown; ${question}${allowed(declaration)}.`);
}

/** @param {CommandDeclaration} declaration */
function allowed({ options, passesOn }) {
  const names = Object.entries(options).map(([name, { value }]) => `--${name}${value ? ` ${value}` : ""}`);
  const others = passesOn ? `, and the options of ${passesOn.program}` : "";
  return `allowed are ${["--help", ...names].join(", ")}${others}`;
}

/**
 * @param {{ rawName: string, value: string | undefined, inlineValue: boolean | undefined }} token
 * @param {OptionDeclaration} option
 */
function readValue({ rawName, value: given, inlineValue }, { type, value }) {
  if (type === "boolean") {
    if (given !== undefined) throw new PersonError(`${rawName} takes no value; it was given "${given}".`);
    return true;
  }
  if (!given || (given.startsWith("-") && !inlineValue))
    throw new PersonError(`${rawName} needs ${value === undefined ? "a value" : `its ${value}`}.`);
  return given;
}

/**
 * @param {CommandDeclaration} declaration
 * @param {boolean | string | undefined} given
 */
function stackOf({ defaultStack }, given) {
  const name = String(given ?? defaultStack ?? (process.env.PULUMI_STACK || "dev"));
  if (given !== undefined) checkStackName(name);
  return name;
}
