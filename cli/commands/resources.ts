// The program's whole resource graph as JSON, without an engine, a plugin or a cloud.
import { collectResourceGraph } from "../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../infra/policy/resource-graph/program.ts";
import { readStackConfig } from "../../infra/policy/resource-graph/stack-config.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values } = readCommandLine(commands.resources, process.argv.slice(2));
const graph = await collectResourceGraph(runProgram, { stack, ...readStackConfig(stack) });
const printed = values.outputs ? graph.outputs : graph.resources;
process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
