// Checks the AWS target with checkov's rules.
import { PersonError } from "../../infra/errors.ts";
import { evaluate, runCheckov } from "../../infra/policy/checkov.ts";
import { collectResourceGraph } from "../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../infra/policy/resource-graph/program.ts";
import { readStackConfig } from "../../infra/policy/resource-graph/stack-config.ts";
import { readSuppressions } from "../../infra/policy/suppressions.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack } = readCommandLine(commands.checkov, process.argv.slice(2));
const graph = await collectResourceGraph(runProgram, {
  stack,
  ...readStackConfig(stack),
});
const report = await runCheckov(graph.resources);
const { unexplained, unneeded } = evaluate(report, readSuppressions("checkov"));
for (const { check, resource, name } of unexplained) console.log(`${check} ${resource}: ${name}`);
for (const { check, resource } of unneeded) console.log(`${check} ${resource} is suppressed without need`);
console.log(
  `checkov: ${report.passed} checks passed, ${report.failed.length} failed, ${report.failed.length - unexplained.length} of them explained`,
);
if (report.passed === 0) throw new PersonError("checkov checked nothing.");
if (unexplained.length + unneeded.length > 0) process.exitCode = 1;
