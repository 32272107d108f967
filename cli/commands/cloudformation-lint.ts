// Holds the AWS target against AWS's own resource schemas, and its Solutions and NIST 800-53 rules.
import { PersonError } from "../../infra/errors.ts";
import { evaluateLint, readExplanations, runCfnLint } from "../../infra/policy/cloudformation/lint.ts";
import { evaluateNag, runNag } from "../../infra/policy/cloudformation/nag.ts";
import { collectResourceGraph } from "../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../infra/policy/resource-graph/program.ts";
import { readStackConfig } from "../../infra/policy/resource-graph/stack-config.ts";
import { readSuppressions } from "../../infra/policy/suppressions.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack } = readCommandLine(commands["cloudformation-lint"], process.argv.slice(2));
const settings = readStackConfig(stack);
const region = settings.config["aws:region"];
if (!region) throw new PersonError(`Pulumi.${stack}.yaml sets no aws:region: it is not on AWS.`);
const graph = await collectResourceGraph(runProgram, { stack, ...settings });
const { findings, checked } = await runCfnLint(graph.resources, region);
const { unexplained } = evaluateLint(findings, readExplanations());
for (const { rule, resource, path, message } of unexplained)
  console.log(`${rule} ${resource} ${path}: ${message}`);
const explained = findings.length - unexplained.length;
console.log(`cfn-lint: ${checked} resources, ${findings.length} findings, ${explained} of them explained`);
const nag = await runNag(graph.resources, region);
const { unexplained: against } = evaluateNag(nag.findings, readSuppressions("cdk-nag"));
for (const { rule, resource, message } of against) console.log(`${rule} ${resource}: ${message}`);
console.log(
  `cdk-nag: ${nag.evaluated} resources, ${nag.findings.length} findings, ${nag.findings.length - against.length} of them explained`,
);
if (unexplained.length + against.length > 0) process.exitCode = 1;
