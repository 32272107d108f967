import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { AwsSolutionsChecks, NIST80053R5Checks } from "cdk-nag";
import { matchesPattern } from "../pattern.ts";
import type { GraphResource } from "../resource-graph/collect.ts";
import type { Suppression } from "../suppressions.ts";
import { schemasOf } from "./lint.ts";
import { cloudFormationTemplates, type RegionTemplate } from "./template.ts";

/** What a rule of cdk-nag has against a resource. */
export interface NagFinding {
  /** As in `AwsSolutions-RDS3`, with what it found in brackets where one rule finds several things. */
  rule: string;
  /** `TYPE.NAME` of the resource in the graph. */
  resource: string;
  message: string;
}

/**
 * Evaluates the AWS part of a graph, written as CloudFormation, by AWS's own Solutions rules and those of NIST 800-53.
 * @param region where resources are that name none.
 * @throws PersonError when AWS's schemas cannot be had.
 */
export async function runNag(
  resources: GraphResource[],
  region: string,
): Promise<{ findings: NagFinding[]; evaluated: number }> {
  const schemas = await schemasOf(region);
  const templates = cloudFormationTemplates(resources, region, () => schemas);
  const folder = await mkdtemp(path.join(tmpdir(), "capstone-nag-"));
  try {
    const findings = templates.flatMap((template) => evaluateTemplate(template, folder));
    const evaluated = templates.reduce(
      (sum, { template }) => sum + Object.keys(template.Resources).length,
      0,
    );
    return { findings, evaluated };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function evaluateTemplate({ region, template, identities }: RegionTemplate, folder: string): NagFinding[] {
  const templateFile = path.join(folder, `${region}.json`);
  writeFileSync(templateFile, JSON.stringify(template));
  const app = new App({ outdir: path.join(folder, region) });
  const stack = new Stack(app, "stack", { env: { account: "123456789012", region } });
  new CfnInclude(stack, "template", { templateFile });
  const packs = [new AwsSolutionsChecks(app), new NIST80053R5Checks(app)];
  return packs.flatMap((pack) =>
    pack.validateScope(app).violations.flatMap(({ ruleName, description, violatingResources }) =>
      violatingResources.map(({ constructPath }) => {
        const logicalName = constructPath?.split("/").at(-1) ?? "";
        const resource = identities.get(logicalName) ?? logicalName;
        return { rule: ruleName, resource, message: description };
      }),
    ),
  );
}

/** What is neither mended nor explained, and what is explained without need. */
export function evaluateNag(findings: NagFinding[], suppressions: Suppression[]) {
  const explains = ({ check, resource }: Suppression, finding: NagFinding) =>
    matchesPattern(check, finding.rule) && matchesPattern(resource, finding.resource);
  return {
    unexplained: findings.filter((finding) => !suppressions.some((reason) => explains(reason, finding))),
    unneeded: suppressions.filter((reason) => !findings.some((finding) => explains(reason, finding))),
  };
}
