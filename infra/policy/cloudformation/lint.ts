import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { projectRoot } from "../../project.ts";
import { matchesPattern } from "../pattern.ts";
import { pythonOf } from "../python-tool.ts";
import type { GraphResource } from "../resource-graph/collect.ts";
import { ResourceSchemas } from "./schemas.ts";
import { cloudFormationTemplates, type RegionTemplate } from "./template.ts";

const tool = { name: "cfn-lint", version: "1.58.0" };

/** What cfn-lint said of one property. */
export interface LintFinding {
  rule: string;
  /** `TYPE.NAME` of the resource in the graph, and CloudFormation's path in it. */
  resource: string;
  path: string;
  message: string;
}

/** Findings that stay, and why. */
export interface Explanation {
  rule: string;
  /** `TYPE.NAME`, with `*` for any characters. */
  resource: string;
  reason: string;
}

export function readExplanations(): Explanation[] {
  const file = path.join(projectRoot, "infra", "policy", "cloudformation", "explanations.yaml");
  return parse(readFileSync(file, "utf8")) as Explanation[];
}

/**
 * AWS's own schemas of what a region has.
 * @throws PersonError when cfn-lint cannot be had.
 */
export async function schemasOf(region: string): Promise<ResourceSchemas> {
  return new ResourceSchemas(await pythonOf(tool), region);
}

/**
 * Runs cfn-lint over the AWS part of a graph, written as CloudFormation.
 * @param region where resources are that name none.
 * @throws PersonError when cfn-lint cannot be had.
 */
export async function runCfnLint(
  resources: GraphResource[],
  region: string,
): Promise<{ findings: LintFinding[]; checked: number }> {
  const python = await pythonOf(tool);
  const templates = cloudFormationTemplates(resources, region, (name) => new ResourceSchemas(python, name));
  const findings: LintFinding[] = [];
  for (const template of templates) findings.push(...(await lint(template, python)));
  const checked = templates.reduce((sum, { template }) => sum + Object.keys(template.Resources).length, 0);
  return { findings, checked };
}

interface Match {
  Rule: { Id: string };
  Message: string;
  Location: { Path: (string | number)[] | null };
}

async function lint(template: RegionTemplate, python: string): Promise<LintFinding[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "capstone-cfn-lint-"));
  const file = path.join(folder, "template.json");
  const script = path.join(path.dirname(python), "cfn-lint");
  try {
    await writeFile(file, JSON.stringify(template.template));
    const args = [script, "--format", "json", "--non-zero-exit-code", "none", "--regions", template.region];
    const options = { maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(python, [...args, "--", file], options);
    return (JSON.parse(stdout) as Match[]).map((match) => describe(match, template));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function describe({ Rule, Message, Location }: Match, { identities }: RegionTemplate): LintFinding {
  const [, name = "", ...inside] = (Location.Path ?? []).map(String);
  const resource = identities.get(name) ?? (name || "template");
  return { rule: Rule.Id, resource, path: inside.slice(1).join("."), message: Message };
}

/** What is neither right nor explained, and what is explained without need. */
export function evaluateLint(findings: LintFinding[], explanations: Explanation[]) {
  const explains = ({ rule, resource }: Explanation, finding: LintFinding) =>
    rule === finding.rule && matchesPattern(resource, finding.resource);
  return {
    unexplained: findings.filter((finding) => !explanations.some((reason) => explains(reason, finding))),
    unneeded: explanations.filter((reason) => !findings.some((finding) => explains(reason, finding))),
  };
}
