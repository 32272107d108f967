// Remakes a stateful part from its peers, or brings back Pulumi's state.
import { PersonError } from "../../infra/errors.ts";
import { repair } from "../../operations/repair/repair.ts";
import { readPart } from "../../operations/repair/repairable-part.ts";
import { restoreState } from "../../operations/state-copy/restore-state.ts";
import { requireDocker } from "../../running-stack/containers.ts";
import { connectEngine } from "../../running-stack/engine.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, rest } = readCommandLine(commands.repair, process.argv.slice(2));
const [name, unknown] = rest;
const part = readPart(name);
if (unknown !== undefined)
  throw new PersonError(`The argument "${unknown}" is one too many; one part is repaired at a time.`);
requireDocker(stack, "repair");
const engine = await connectEngine();
const say = (line: string) => console.error(`repair: ${line}`);
console.log(
  part.kind === "state" ? await restoreState(engine, stack) : await repair({ engine, stack, part, say }),
);
