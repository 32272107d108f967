import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { schemasOf } from "../../../../infra/policy/cloudformation/lint.ts";
import type { ResourceSchemas } from "../../../../infra/policy/cloudformation/schemas.ts";
import type { GraphResource } from "../../../../infra/policy/resource-graph/collect.ts";
import {
  type ActionStatement,
  allows,
  type Handler,
  neededActions,
} from "../../../../infra/policy/rights.ts";
import { projectRoot } from "../../../../infra/project.ts";
import { importRights } from "../../import-sqlite/import-rights.ts";
import { awsGraph } from "../aws/aws-graph.ts";
import { findMoto } from "../aws/moto.ts";

/** What Pulumi's provider reads, beside what AWS's schemas say of their own handlers. */
const readByTheProvider = [
  "backup:GetBackupPlan",
  "backup:GetBackupSelection",
  "backup:GetBackupVaultNotifications",
  "budgets:ViewBudget",
  "ecr:GetLifecyclePolicy",
  "kms:GetKeyRotationStatus",
  "rds:DescribeDBParameters",
  "s3:GetBucketLogging",
  "s3:GetBucketNotification",
  "s3:GetLifecycleConfiguration",
  "secretsmanager:GetSecretValue",
  "sns:GetSubscriptionAttributes",
  "wafv2:GetLoggingConfiguration",
];

interface NotNeeded {
  action: string;
  reason: string;
  /** For the role that previews alone. */
  reading?: true;
}

const notNeeded = parse(
  readFileSync(join(projectRoot, "infra", "policy", "rights-not-needed.yaml"), "utf8"),
) as NotNeeded[];
let resources: GraphResource[];
let schemas: ResourceSchemas;
let deploy: ActionStatement[];
let preview: ActionStatement[];

beforeAll(async () => {
  const graphs = await Promise.all([
    awsGraph(),
    awsGraph({ databaseAvailability: "cluster" }),
    awsGraph({ backupCopyRegion: "eu-west-1" }),
    awsGraph({ zonalAutoshift: "true", appNodes: "3" }),
  ]);
  resources = graphs.flatMap((graph) => graph.resources);
  schemas = await schemasOf("eu-central-1");
  deploy = statementsOf("capstone-prod-deploy");
  preview = [...statementsOf("capstone-prod-preview"), ...(await managedStatements())];
}, 300_000);

test("whatever a stack has can be made, changed and removed by the role that deploys", () => {
  expect(missing(["create", "read", "update", "delete"], deploy)).toEqual([]);
});

test("whatever a stack has can be read by the role that previews", () => {
  expect(missing(["read"], preview)).toEqual([]);
  expect(readByTheProvider.filter((action) => !allows(preview, action))).toEqual([]);
});

test("whoever deploys may import too, by the rights that docs/aws.md names", () => {
  const rights = importRights();
  expect(rights).toContain("ecs:RunTask");
  expect(rights.filter((action) => !allows(deploy, action))).toEqual([]);
  // A preview makes nothing, and so starts no task either.
  expect(rights.filter((action) => !allows(preview, action))).toEqual(
    expect.arrayContaining(["ecs:RunTask", "iam:PassRole", "s3:PutObject"]),
  );
});

test("a right that is taken away is missed, by its name", () => {
  const without = (statements: ActionStatement[], action: string) =>
    statements.map((statement) => ({
      ...statement,
      Action: [statement.Action ?? []].flat().filter((name) => name !== action),
    }));
  expect(missing(["read"], without(preview, "fis:GetExperimentTemplate"))).toEqual([
    { action: "fis:GetExperimentTemplate", types: ["aws:fis/experimentTemplate:ExperimentTemplate"] },
  ]);
  expect(missing(["create"], without(deploy, "wafv2:*")).map(({ action }) => action)).toContain(
    "wafv2:CreateWebACL",
  );
  expect(missing(["delete"], without(deploy, "iam:DeleteRole")).map(({ action }) => action)).toEqual([
    "iam:DeleteRole",
  ]);
});

test("what is said not to be needed is asked for", () => {
  const asked = neededActions(resources, ["create", "read", "update", "delete"], schemas);
  const lacking = asked.filter(({ action }) => !allows(deploy, action) || !allows(preview, action));
  const unneeded = notNeeded.filter(
    ({ action: pattern }) =>
      !lacking.some(({ action }) => allows([{ Effect: "Allow", Action: pattern }], action)),
  );
  expect(unneeded).toEqual([]);
});

function missing(handlers: Handler[], statements: ActionStatement[]) {
  const reading = handlers.join() === "read";
  const explained = notNeeded
    .filter((entry) => reading || !entry.reading)
    .map(({ action }) => ({ Effect: "Allow", Action: action }));
  return neededActions(resources, handlers, schemas).filter(
    ({ action }) => !allows(statements, action) && !allows(explained, action),
  );
}

function statementsOf(rolePolicy: string): ActionStatement[] {
  const found = resources.find(
    ({ type, name }) => type === "aws:iam/rolePolicy:RolePolicy" && name === rolePolicy,
  );
  return (JSON.parse(String(found?.inputs.policy)) as { Statement: ActionStatement[] }).Statement;
}

/** The managed policies that the role has, as AWS has them; moto brings a copy. */
async function managedStatements(): Promise<ActionStatement[]> {
  const names = resources
    .filter(({ type, name }) => type.endsWith(":RolePolicyAttachment") && /Audit|ViewOnly/.test(name))
    .map(({ inputs }) => String(inputs.policyArn).split("/").at(-1) ?? "");
  expect(names).toContain("SecurityAudit");
  const moto = await findMoto();
  if ("missing" in moto) throw new Error(moto.missing);
  const program = `import json, sys
from moto.iam.aws_managed_policies import aws_managed_policies_data
policies = json.loads(aws_managed_policies_data)
print(json.dumps([s for name in sys.argv[1:] for s in policies[name]["Document"]["Statement"]]))`;
  const options = { maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(moto.python, ["-c", program, ...new Set(names)], options);
  return JSON.parse(stdout) as ActionStatement[];
}
