import { describe, expect, test } from "vitest";
import { evaluateNag, type NagFinding, runNag } from "../../../../infra/policy/cloudformation/nag.ts";
import type { GraphResource } from "../../../../infra/policy/resource-graph/collect.ts";
import { readSuppressions } from "../../../../infra/policy/suppressions.ts";
import { awsGraph } from "../aws/aws-graph.ts";

const region = "eu-central-1";
const all: NagFinding[] = [];

describe("AWS's Solutions rules and NIST 800-53", () => {
  test.each<[string, Record<string, string>]>([
    ["prod", {}],
    ["a database cluster", { databaseAvailability: "cluster" }],
    ["two zones", { availabilityZones: "2" }],
  ])(
    "find nothing in %s that is neither mended nor explained",
    async (_name, changes) => {
      const { findings, evaluated } = await runNag((await awsGraph(changes)).resources, region);
      all.push(...findings);
      expect(evaluateNag(findings, readSuppressions("cdk-nag")).unexplained).toEqual([]);
      expect(evaluated).toBeGreaterThan(100);
    },
    300_000,
  );

  test("what is explained is there, with a reason", () => {
    expect(evaluateNag(all, readSuppressions("cdk-nag")).unneeded).toEqual([]);
    for (const { reason } of readSuppressions("cdk-nag")) expect(reason).toMatch(/^\S.{20,}\.$/);
  });
});

/** Faults put in on purpose: the resource's type and name, the input, its value, and the rule that has to see it. */
const faults: [string, string, string, GraphResource["inputs"][string], string][] = [
  ["a database of one zone", "rds/instance:Instance.", "multiAz", false, "AwsSolutions-RDS3"],
  ["a database on an open disk", "rds/instance:Instance.", "storageEncrypted", false, "AwsSolutions-RDS2"],
  ["a key that is never rotated", "kms/key:Key.", "enableKeyRotation", false, "AwsSolutions-KMS5"],
  ["a cluster that counts nothing", "ecs/cluster:Cluster.", "settings", [], "AwsSolutions-ECS4"],
  [
    "a distribution that speaks SSL 3",
    "cloudfront/distribution:Distribution.",
    "viewerCertificate",
    {
      acmCertificateArn: "arn:aws:acm:us-east-1:1:certificate/1",
      minimumProtocolVersion: "SSLv3",
      sslSupportMethod: "sni-only",
    },
    "AwsSolutions-CFR4",
  ],
  [
    "a load balancer that keeps no log",
    "lb/loadBalancer:LoadBalancer.",
    "accessLogs",
    { bucket: "logs", enabled: false },
    "AwsSolutions-ELB2",
  ],
];

test("a fault put in on purpose is seen", async () => {
  const graph = structuredClone((await awsGraph()).resources);
  for (const [, type, input, value] of faults) {
    const spoiled = graph.filter((resource) => `${resource.type}.`.endsWith(type));
    expect(spoiled.length, type).toBeGreaterThan(0);
    for (const resource of spoiled) resource.inputs[input] = value;
  }
  const { findings } = await runNag(graph, region);
  const seen = evaluateNag(findings, readSuppressions("cdk-nag")).unexplained.map(({ rule }) => rule);
  expect(faults.filter(([, , , , rule]) => !seen.includes(rule))).toEqual([]);
}, 300_000);
