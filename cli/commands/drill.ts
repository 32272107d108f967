// Injects faults into a running stack and measures.
import { randomInt } from "node:crypto";
import { readCommand } from "../../drills/run/options.ts";
import { run } from "../../drills/run/run.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { writeReferencePages } from "../reference/pages.ts";
import { showAddress } from "../show-address.ts";

const commandLine = readCommandLine(commands.drill, process.argv.slice(2));
const command = readCommand(commandLine, randomInt(2 ** 31));
process.exitCode = await run(command, showAddress);
if (command.task === "write-docs" || command.record) await writeReferencePages();
