// Replaces secrets with new ones, with no failed request.
import { PersonError } from "../../infra/errors.ts";
import { rotate, rotations } from "../../operations/rotation/rotate.ts";
import { requireDocker } from "../../running-stack/containers.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, rest } = readCommandLine(commands.rotate, process.argv.slice(2));
const known = Object.keys(rotations);
const names = rest.includes("all") ? known : rest;
const unknown = rest.find((name) => name !== "all" && !known.includes(name));
if (rest.length === 0)
  throw new PersonError(`Nothing to rotate is named; allowed are ${[...known, "all"].join(", ")}.`);
if (unknown !== undefined) {
  throw new PersonError(
    `What to rotate is "${unknown}"; allowed are ${[...known, "all"].join(", ")}, one or more.`,
  );
}
requireDocker(stack, "rotate");
for (const line of await rotate(stack, names, (said) => console.error(`rotate: ${said}`))) console.log(line);
