// The program's whole resource graph as JSON, without an engine, a plugin or a cloud:
// npm run -s resources -- [--stack NAME] [--outputs]
import { parseArgs } from "node:util";
import { collectResourceGraph } from "../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../infra/policy/resource-graph/program.ts";
import { readStackConfig } from "../../infra/policy/resource-graph/stack-config.ts";

const { values } = parseArgs({
  options: { stack: { type: "string", default: "dev" }, outputs: { type: "boolean", default: false } },
});
const graph = await collectResourceGraph(runProgram, {
  stack: values.stack,
  ...readStackConfig(values.stack),
});
const printed = values.outputs ? graph.outputs : graph.resources;
process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
