// A shell in a part's container.
import { PersonError } from "../../infra/errors.ts";
import { attach } from "../../running-stack/attach.ts";
import { listParts, requireRunningPart } from "../../running-stack/choose-parts.ts";
import { requireDocker } from "../../running-stack/containers.ts";
import { connectEngine } from "../../running-stack/engine.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, rest } = readCommandLine(commands.shell, process.argv.slice(2));
const [name, unknown] = rest;
if (unknown !== undefined)
  throw new PersonError(`The argument "${unknown}" is one too many; a shell is in one part.`);
requireDocker(stack, "shell");
const parts = await listParts(await connectEngine(), stack);
const { containerName } = requireRunningPart(parts, name, stack);
const best = "command -v bash >/dev/null && exec bash; exec sh";
process.exitCode = await attach(containerName, ["sh", "-c", best]);
