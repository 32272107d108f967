import { PersonError } from "../infra/errors.ts";

/** A command line: its stack, our own flags, and the rest, which is for Pulumi. */
export interface StackArguments {
  stack: string;
  flags: Set<string>;
  rest: string[];
}

/**
 * Takes `--stack NAME`, `--stack=NAME`, `-s NAME` and our own flags out of a command line.
 * @param known our own flags, as in "--data"
 * @throws PersonError when the stack's name is missing.
 */
export function readStackArguments(args: string[], known: string[] = []): StackArguments {
  let stack: string | undefined;
  const flags = new Set<string>();
  const rest: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--stack" || arg === "-s") {
      index += 1;
      stack = nameAfter(arg, args[index]);
    } else if (arg.startsWith("--stack=")) stack = nameAfter("--stack=", arg.slice("--stack=".length));
    else if (known.includes(arg)) flags.add(arg);
    else rest.push(arg);
  }
  return { stack: stack ?? (process.env.PULUMI_STACK || "dev"), flags, rest };
}

/** As the program allows it; in Pulumi Cloud an organization and a project may precede it. */
const stackName = /^([a-zA-Z0-9][\w.-]*\/){0,2}[a-z][a-z0-9-]{0,19}$/;

function nameAfter(option: string, name: string | undefined): string {
  if (!name || name.startsWith("-")) {
    throw new PersonError(`${option} needs the name of a stack, as in --stack dev.`);
  }
  if (!stackName.test(name)) {
    throw new PersonError(
      `"${name}" is not a valid stack name; allowed are up to 20 of a-z, 0-9 and -, starting with a letter.`,
    );
  }
  return name;
}

/** @throws PersonError that names the first unknown argument, and what is allowed. */
export function refuseRest({ rest }: StackArguments, allowed: string[]): void {
  if (rest.length > 0) {
    throw new PersonError(
      `The argument "${rest[0]}" is unknown; allowed are ${["--stack NAME", ...allowed].join(", ")}.`,
    );
  }
}
