// Pulumi's CLI with the project's environment.
import { runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

process.exitCode = await runPulumi(readCommandLine(commands.pulumi, process.argv.slice(2)).rest);
