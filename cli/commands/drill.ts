// Injects faults into a running stack and measures.
import { randomInt } from "node:crypto";
import { readCommand } from "../../drills/run/options.ts";
import { run } from "../../drills/run/run.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const commandLine = readCommandLine(commands.drill, process.argv.slice(2));
process.exitCode = await run(readCommand(commandLine, randomInt(2 ** 31)));
