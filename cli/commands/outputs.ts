// Prints a stack's outputs as JSON and nothing else.
import { printedOutputs } from "../../running-stack/outputs.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values } = readCommandLine(commands.outputs, process.argv.slice(2));
process.stdout.write(await printedOutputs(stack, ...(values["show-secrets"] ? ["--show-secrets"] : [])));
