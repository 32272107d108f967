import { beforeAll, describe, expect, test } from "vitest";
import { checkPolicy, describeViolations } from "../../../../infra/policy/check.ts";
import { exceptions } from "../../../../infra/policy/exceptions.ts";
import { graphOf } from "../../../../infra/policy/pack/graph.ts";
import type { GraphResource, ResourceGraph } from "../../../../infra/policy/resource-graph/collect.ts";
import { rules } from "../../../../infra/policy/rules.ts";
import { types } from "../../../../infra/policy/types.ts";
import { awsGraph, smallest } from "../aws/aws-graph.ts";
import { localGraph } from "../docker/local-graph.ts";

let aws: ResourceGraph;
let local: ResourceGraph;
beforeAll(async () => {
  aws = await awsGraph();
  local = await localGraph();
});

describe("what must hold of every stack", () => {
  test("holds on AWS", () => {
    expect(describeViolations(checkPolicy(aws.resources).violations)).toBe("");
  });

  test("holds on AWS with a database cluster", async () => {
    const graph = await awsGraph({ databaseAvailability: "cluster" });
    expect(describeViolations(checkPolicy(graph.resources).violations)).toBe("");
  });

  test("holds on the local target", () => {
    expect(describeViolations(checkPolicy(local.resources).violations)).toBe("");
  });

  test("a trial without a domain breaks what it says it breaks, and nothing else", async () => {
    const graph = await awsGraph({ ...smallest, deletionProtection: "false", keepData: "false" });
    const broken = checkPolicy(graph.resources).violations.map(
      ({ rule, resource }) => `${rule.id} ${resource}`,
    );
    expect(broken.sort()).toEqual([
      "backed-up aws:rds/instance:Instance.capstone-prod",
      "deletion-protected aws:backup/vault:Vault.capstone-prod",
      "deletion-protected aws:backup/vault:Vault.capstone-prod-uploads",
      "deletion-protected aws:lb/loadBalancer:LoadBalancer.capstone-prod",
      "deletion-protected aws:rds/instance:Instance.capstone-prod",
      "deletion-protected aws:s3/bucket:Bucket.capstone-prod-logs",
      "deletion-protected aws:s3/bucket:Bucket.capstone-prod-uploads",
      "encrypted-in-transit aws:lb/listener:Listener.capstone-prod-http",
      "only-neighbours-talk aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule.capstone-prod-app-to-aws",
      "only-neighbours-talk aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule.capstone-prod-migration-to-aws",
    ]);
  });

  test("every exception is needed, and says why", () => {
    const used = [aws, local].flatMap((graph) => checkPolicy(graph.resources).used);
    expect(exceptions.filter((exception) => !used.includes(exception))).toEqual([]);
    for (const { reason } of exceptions) expect(reason).toMatch(/^\S.{20,}\.$/);
  });

  test("rules have ids of their own and a sentence each", () => {
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
    for (const { id, sentence } of rules) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
  });
});

/** One way, or several, to break each rule: which resource is changed, and how. */
const breaks: { rule: string; how: string; type: string; name?: string; change: Change }[] = [
  {
    rule: "only-load-balancer-public",
    how: "the database is opened to the internet",
    type: types.ingressRule,
    name: "capstone-prod-app-to-database",
    change: set({ referencedSecurityGroupId: null, cidrIpv4: "0.0.0.0/0" }),
  },
  {
    rule: "only-load-balancer-public",
    how: "the application's port is opened to the internet on 443",
    type: types.ingressRule,
    name: "capstone-prod-load-balancer-to-app",
    change: set({ referencedSecurityGroupId: null, cidrIpv6: "::/0", fromPort: 443, toPort: 443 }),
  },
  {
    rule: "only-load-balancer-public",
    how: "the database is publicly accessible",
    type: types.databaseInstance,
    change: set({ publiclyAccessible: true }),
  },
  {
    rule: "buckets-private",
    how: "a block is off",
    type: types.bucketPublicAccessBlock,
    change: set({ blockPublicPolicy: false }),
  },
  {
    rule: "buckets-private",
    how: "a policy allows everyone",
    type: types.bucketPolicy,
    change: replaceIn("policy", '"Effect":"Deny"', '"Effect":"Allow"'),
  },
  {
    rule: "only-neighbours-talk",
    how: "a group lets everything out",
    type: types.egressRule,
    change: set({ ipProtocol: "-1" }),
  },
  {
    rule: "encrypted-at-rest",
    how: "storage is unencrypted",
    type: types.databaseInstance,
    change: set({ storageEncrypted: false }),
  },
  {
    rule: "encrypted-at-rest",
    how: "a log group has no key",
    type: types.logGroup,
    change: set({ kmsKeyId: null }),
  },
  {
    rule: "encrypted-at-rest",
    how: "uploads have S3's own key",
    type: types.bucketEncryption,
    name: "capstone-prod-uploads",
    change: set({ rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] }),
  },
  {
    rule: "encrypted-in-transit",
    how: "an old TLS policy",
    type: types.listener,
    name: "capstone-prod-https",
    change: set({ sslPolicy: "ELBSecurityPolicy-2016-08" }),
  },
  {
    rule: "encrypted-in-transit",
    how: "TLS to the database is not forced",
    type: types.databaseParameters,
    change: set({ parameters: [] }),
  },
  {
    rule: "encrypted-in-transit",
    how: "a bucket answers without TLS",
    type: types.bucketPolicy,
    change: replaceIn("policy", "aws:SecureTransport", "aws:Other"),
  },
  {
    rule: "backed-up",
    how: "backups for a week",
    type: types.databaseInstance,
    change: set({ backupRetentionPeriod: 7 }),
  },
  {
    rule: "backed-up",
    how: "uploads in no selection",
    type: types.backupSelection,
    change: set({ resources: [] }),
  },
  { rule: "over-zones", how: "no standby", type: types.databaseInstance, change: set({ multiAz: false }) },
  { rule: "over-zones", how: "one task", type: types.service, change: set({ desiredCount: 1 }) },
  {
    rule: "deletion-protected",
    how: "the database is not",
    type: types.databaseInstance,
    change: set({ deletionProtection: false }),
  },
  {
    rule: "deletion-protected",
    how: "a bucket is emptied",
    type: types.bucket,
    change: set({ forceDestroy: true }),
  },
  { rule: "logs-kept", how: "for ever", type: types.logGroup, change: set({ retentionInDays: null }) },
  {
    rule: "rolls-back",
    how: "no circuit breaker",
    type: types.service,
    change: set({ deploymentCircuitBreaker: null }),
  },
  {
    rule: "no-wildcard",
    how: "the application may do anything with S3",
    type: types.rolePolicy,
    name: "capstone-prod-app-application",
    change: replaceIn("policy", '"s3:GetObject"', '"s3:*"'),
  },
  {
    rule: "no-wildcard",
    how: "a role reaches every secret",
    type: types.rolePolicy,
    name: "capstone-prod-app-execution",
    change: (resource) => {
      const policy = JSON.parse(String(resource.inputs.policy)) as {
        Statement: { Sid: string; Resource: unknown }[];
      };
      for (const statement of policy.Statement) if (statement.Sid === "ReadSecrets") statement.Resource = "*";
      resource.inputs.policy = JSON.stringify(policy);
    },
  },
  {
    rule: "no-wide-trust",
    how: "any branch may deploy",
    type: types.role,
    name: "capstone-prod-deploy",
    change: replaceIn("assumeRolePolicy", "environment:production", "*"),
  },
  {
    rule: "no-wide-trust",
    how: "any account's service may take a role",
    type: types.role,
    name: "capstone-prod-monitoring",
    change: replaceIn("assumeRolePolicy", "aws:SourceAccount", "aws:Other"),
  },
  {
    rule: "no-secret-in-environment",
    how: "a password as a variable",
    type: types.taskDefinition,
    change: replaceIn("containerDefinitions", '"name":"DATABASE_URL"', '"name":"DATABASE_PASSWORD"'),
  },
  {
    rule: "no-secret-in-environment",
    how: "a password in the database's address",
    type: types.taskDefinition,
    change: replaceIn("containerDefinitions", "postgresql://capstone@", "postgresql://capstone:hunter2@"),
  },
  {
    rule: "least-privilege",
    how: "root in a task",
    type: types.taskDefinition,
    change: replaceIn("containerDefinitions", "10001:10001", "0:0"),
  },
  {
    rule: "image-by-content",
    how: "a tag in a task",
    type: types.taskDefinition,
    change: replaceIn("containerDefinitions", "}@${", "}:${"),
  },
  { rule: "tagged", how: "no stack tag", type: types.service, change: set({ tags: { Name: "x" } }) },
  // The local target.
  {
    rule: "published-on-loopback",
    how: "a port on every address",
    type: types.container,
    name: "edge-1",
    change: set({ ports: [{ internal: 8080, external: 8080, ip: "0.0.0.0" }] }),
  },
  {
    rule: "least-privilege",
    how: "a writable root",
    type: types.container,
    name: "app-1",
    change: set({ readOnly: false }),
  },
  {
    rule: "least-privilege",
    how: "an added capability",
    type: types.container,
    name: "app-1",
    change: set({ capabilities: { drops: ["ALL"], adds: ["CAP_NET_ADMIN"] } }),
  },
  {
    rule: "no-secret-in-environment",
    how: "a masked value",
    type: types.container,
    name: "app-1",
    change: set({ envs: ["GREETING=[secret]"] }),
  },
  {
    rule: "image-by-content",
    how: "a tag",
    type: types.container,
    name: "app-1",
    change: set({ image: "capstone/app:latest" }),
  },
  {
    rule: "deletion-protected",
    how: "the database's volume",
    type: types.volume,
    name: "database-data-1",
    change: (volume) => {
      delete volume.protect;
    },
  },
  {
    rule: "logs-kept",
    how: "a container without a bound",
    type: types.container,
    name: "app-1",
    change: set({ logOpts: null }),
  },
  { rule: "tagged", how: "no labels", type: types.network, change: set({ labels: [] }) },
];

describe("a rule that is broken on purpose is caught by its id", () => {
  test.each(breaks)("$rule: $how", ({ rule, type, name, change }) => {
    const source = type.startsWith("docker:") ? local : aws;
    const graph = structuredClone(source.resources);
    const victims = graph.filter((resource) => resource.type === type && (!name || resource.name === name));
    expect(victims).not.toEqual([]);
    const before = structuredClone(victims);
    for (const victim of victims) change(victim);
    expect(victims).not.toEqual(before);
    const caught = new Set(checkPolicy(graph).violations.map((violation) => violation.rule.id));
    expect([...caught]).toContain(rule);
  });

  test("every rule is broken at least once", () => {
    const untried = rules
      .map((rule) => rule.id)
      .filter((id) => !breaks.some((attempt) => attempt.rule === id));
    expect(untried).toEqual([]);
  });
});

describe("the policy pack", () => {
  test("sees in an engine's resources what the rules see in the graph", () => {
    const bucket = {
      type: types.bucket,
      name: "assets",
      props: { bucket: "the-assets" },
      opts: { protect: true },
      dependencies: [],
    };
    const block = (blockPublicPolicy: boolean) => ({
      type: types.bucketPublicAccessBlock,
      name: "assets",
      props: {
        bucket: "the-assets",
        blockPublicAcls: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
        blockPublicPolicy,
      },
      opts: { protect: false },
      dependencies: [bucket],
      propertyDependencies: { bucket: [bucket] },
    });
    const caught = (engineResources: Parameters<typeof graphOf>[0]) =>
      checkPolicy(
        graphOf(engineResources),
        rules.filter((rule) => rule.id === "buckets-private"),
      ).violations;
    expect(caught([bucket, block(true)])).toEqual([]);
    expect(caught([bucket, block(false)]).map(({ detail }) => detail)).toEqual([
      "is without blockPublicPolicy",
    ]);
    // In a preview the bucket's name is not known yet.
    const { bucket: _, ...unnamed } = block(true).props;
    expect(
      caught([
        { ...bucket, props: {} },
        { ...block(true), props: unnamed },
      ]),
    ).toEqual([]);
  });
});

type Change = (resource: GraphResource) => void;

function set(inputs: GraphResource["inputs"]): Change {
  return (resource) => Object.assign(resource.inputs, inputs);
}

function replaceIn(property: string, text: string, replacement: string): Change {
  return (resource) => {
    resource.inputs[property] = String(resource.inputs[property]).replaceAll(text, replacement);
  };
}
