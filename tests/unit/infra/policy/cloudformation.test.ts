import { beforeAll, describe, expect, test } from "vitest";
import { readCounterparts } from "../../../../infra/policy/cloudformation/counterparts.ts";
import {
  judgeLint,
  type LintFinding,
  readExplanations,
  runCfnLint,
} from "../../../../infra/policy/cloudformation/lint.ts";
import { collectResourceGraph, type GraphResource } from "../../../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../../../infra/policy/resource-graph/program.ts";
import { readStackConfig } from "../../../../infra/policy/resource-graph/stack-config.ts";
import { awsGraph } from "../aws/aws-graph.ts";

const region = "eu-central-1";
const withoutDomain = { domain: "", hostedZoneId: "", allowPlainHttp: "true" };
const all: LintFinding[] = [];

const stacks: Record<string, () => Promise<GraphResource[]>> = {
  prod: async () => (await awsGraph()).resources,
  trial: async () =>
    (await collectResourceGraph(runProgram, { stack: "trial", ...readStackConfig("trial") })).resources,
  "a database cluster": async () => (await awsGraph({ databaseAvailability: "cluster" })).resources,
  "no domain": async () => (await awsGraph(withoutDomain)).resources,
  "backups in another region": async () => (await awsGraph({ backupCopyRegion: "eu-west-1" })).resources,
  "zones that AWS may leave out": async () =>
    (await awsGraph({ zonalAutoshift: "true", appNodes: "3" })).resources,
  "two zones": async () => (await awsGraph({ availabilityZones: "2" })).resources,
};

describe("AWS's own schemas", () => {
  test.each(Object.entries(stacks))(
    "find nothing in %s that is not explained",
    async (_name, resources) => {
      const { findings, checked } = await runCfnLint(await resources(), region);
      all.push(...findings);
      expect(judgeLint(findings, readExplanations()).unexplained).toEqual([]);
      expect(checked).toBeGreaterThan(80);
    },
    300_000,
  );

  test("what is explained is there", () => {
    expect(judgeLint(all, readExplanations()).unneeded).toEqual([]);
  });
});

/** Faults put in on purpose: the resource, the change, and the rule that has to see it. */
const faults: [string, string, (graph: GraphResource[]) => void][] = [
  [
    "an instance class that the region lacks",
    "E3025",
    (graph) => change(graph, "instance:Instance", "instanceClass", "db.x1e.large"),
  ],
  [
    "half a processor with 8 GB",
    "E3047",
    (graph) => change(graph, "taskDefinition:TaskDefinition", "memory", "8192"),
  ],
  [
    "an action that IAM does not know",
    "W3037",
    (graph) => replace(graph, "rolePolicy:RolePolicy", "logs:PutLogEvents", "logs:PutLogEvent"),
  ],
  [
    "a policy that neither allows nor denies",
    "E3510",
    (graph) => replace(graph, "rolePolicy:RolePolicy", '"Allow"', '"Permit"'),
  ],
  [
    "a retention that CloudWatch does not have",
    "E3030",
    (graph) => change(graph, "logGroup:LogGroup", "retentionInDays", 100),
  ],
  [
    "a property that does not exist",
    "E3002",
    (graph) => change(graph, "listener:Listener", "tlsPolicy", "best"),
  ],
  [
    "a network where a subnet belongs",
    "E1041",
    (graph) =>
      replace(
        graph,
        "natGateway:NatGateway",
        "ec2/subnet:Subnet.capstone-prod-public-1",
        "ec2/vpc:Vpc.capstone-prod",
      ),
  ],
  [
    "a backup kept cold for less than it must be",
    "E3504",
    (graph) =>
      change(graph, "plan:Plan", "rules", [
        { ruleName: "daily", targetVaultName: "vault", lifecycle: { coldStorageAfter: 30, deleteAfter: 40 } },
      ]),
  ],
  [
    "a listener for HTTPS without a certificate",
    "E3676",
    (graph) => change(graph, "listener:Listener", "certificateArn", null),
  ],
];

describe("a fault put in on purpose is seen", () => {
  let seen: string[];
  // All of them in one graph, as every run of cfn-lint takes seconds.
  beforeAll(async () => {
    const graph = structuredClone((await awsGraph()).resources);
    for (const [, , spoil] of faults) spoil(graph);
    const { findings } = await runCfnLint(graph, region);
    seen = judgeLint(findings, readExplanations()).unexplained.map(({ rule }) => rule);
  }, 300_000);

  test.each(faults)("%s (%s)", (_name, rule) => {
    expect(seen).toContain(rule);
  });
});

test("an output that nothing is known of is refused, by its name", async () => {
  const graph = structuredClone((await awsGraph()).resources);
  replace(graph, "record:Record", ".dnsName}", ".nickname}");
  await expect(runCfnLint(graph, region)).rejects.toThrow(
    "No attribute is known for nickname of aws:lb/loadBalancer:LoadBalancer.capstone-prod; add one to counterparts.yaml.",
  );
});

describe("the table of counterparts", () => {
  const tables = (counterparts: string) =>
    `services: {}\nofTheProvider: {}\nwithoutCounterpart: {}\nwithoutAttribute: {}\ncounterparts:\n  ${counterparts}`;

  test.each([
    ["a:b/c:D: { kind: AWS::EC2::VPC }", "/counterparts/a:b~1c:D must NOT have additional properties"],
    ["a:b/c:D: { type: EC2 }", "/counterparts/a:b~1c:D/type must match pattern"],
    ["a:b/c:D: { names: { one: 1 } }", "/counterparts/a:b~1c:D/names/one must be string"],
    ["a:b/c:D: { adapt: toString }", "a:b/c:D names toString, and adapted.ts has no such function"],
  ])("with %s is refused", (counterpart, complaint) => {
    expect(() => readCounterparts(tables(counterpart))).toThrow(complaint);
  });
});

function resourcesOf(graph: GraphResource[], type: string): GraphResource[] {
  const found = graph.filter((resource) => resource.type.endsWith(`/${type}`));
  if (found.length === 0) throw new Error(`prod has no ${type}`);
  return found;
}

function change(
  graph: GraphResource[],
  type: string,
  property: string,
  value: GraphResource["inputs"][string],
) {
  for (const resource of resourcesOf(graph, type)) resource.inputs[property] = value;
}

function replace(graph: GraphResource[], type: string, from: string, to: string) {
  for (const resource of resourcesOf(graph, type)) {
    resource.inputs = JSON.parse(
      JSON.stringify(resource.inputs)
        .replaceAll(from, to)
        .replaceAll(JSON.stringify(from).slice(1, -1), JSON.stringify(to).slice(1, -1)),
    );
  }
}
