import { PersonError } from "../infra/errors.ts";
import { checkStackName } from "./stack-name.mjs";

/** Pulumi's arguments: the stack, and the others. */
export interface StackArguments {
  stack: string;
  rest: string[];
}

/**
 * Takes `--stack NAME`, `--stack=NAME` and `-s NAME` out of Pulumi's arguments.
 * @throws PersonError when the stack's name is missing.
 */
export function readStackArguments(args: string[]): StackArguments {
  let stack: string | undefined;
  const rest: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--stack" || arg === "-s") {
      index += 1;
      stack = nameAfter(arg, args[index]);
    } else if (arg.startsWith("--stack=")) stack = nameAfter("--stack=", arg.slice("--stack=".length));
    else rest.push(arg);
  }
  return { stack: stack ?? (process.env.PULUMI_STACK || "dev"), rest };
}

function nameAfter(option: string, name: string | undefined): string {
  if (!name || name.startsWith("-")) {
    throw new PersonError(`${option} needs the name of a stack, as in --stack dev.`);
  }
  checkStackName(name);
  return name;
}
