// Holds the AWS target against AWS's own resource schemas: npm run cloudformation-lint [-- --stack NAME]
import { parseArgs } from "node:util";
import { PersonError } from "../../infra/errors.ts";
import { judgeLint, readExplanations, runCfnLint } from "../../infra/policy/cloudformation/lint.ts";
import { collectResourceGraph } from "../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../infra/policy/resource-graph/program.ts";
import { readStackConfig } from "../../infra/policy/resource-graph/stack-config.ts";

const { values } = parseArgs({ options: { stack: { type: "string", default: "prod" } } });
const settings = readStackConfig(values.stack);
const region = settings.config["aws:region"];
if (!region) throw new PersonError(`Pulumi.${values.stack}.yaml sets no aws:region: it is not on AWS.`);
const graph = await collectResourceGraph(runProgram, { stack: values.stack, ...settings });
const { findings, checked } = await runCfnLint(graph.resources, region);
const { unexplained } = judgeLint(findings, readExplanations());
for (const { rule, resource, path, message } of unexplained)
  console.log(`${rule} ${resource} ${path}: ${message}`);
const explained = findings.length - unexplained.length;
console.log(`cfn-lint: ${checked} resources, ${findings.length} findings, ${explained} of them explained`);
if (unexplained.length > 0) process.exitCode = 1;
