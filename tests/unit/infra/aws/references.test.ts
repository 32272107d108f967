import { describe, expect, test } from "vitest";
import { collectResourceGraph } from "../../../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../../../infra/policy/resource-graph/program.ts";
import { type Rendered, referencesIn } from "../../../../infra/policy/resource-graph/render.ts";
import { readStackConfig } from "../../../../infra/policy/resource-graph/stack-config.ts";
import { awsGraph, smallest } from "./aws-graph.ts";

/** What people choose between: every one is a whole stack. */
const variants: Record<string, Record<string, string>> = {
  "as in Pulumi.prod.yaml": {},
  "two zones": { availabilityZones: "2" },
  "four zones": { availabilityZones: "4" },
  "a database cluster": { databaseAvailability: "cluster" },
  "the least": smallest,
  "no gateways": { natGateways: "none" },
  "without what is optional": {
    webFirewall: "false",
    faultInjection: "false",
    restoreTesting: "false",
    githubRepository: "",
    alarmEmail: "",
  },
  "backups in another region": { backupCopyRegion: "eu-west-1" },
  "zones that AWS may leave out": { zonalAutoshift: "true", appNodes: "3" },
  "a throw-away stack": { deletionProtection: "false", keepData: "false" },
};

describe.each(Object.entries(variants))("%s", (_name, changes) => {
  test("no reference and no dependency dangles, and no name is there twice", async () => {
    const { resources, outputs } = await awsGraph(changes);
    const identities = resources.map(({ type, name }) => `${type}.${name}`);
    expect(new Set(identities).size).toBe(identities.length);
    const known = new Set(identities);
    const references = [...resources.map(({ inputs }) => inputs), outputs].flatMap((value) =>
      referencesIn(value),
    );
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter(({ identity }) => !known.has(identity))).toEqual([]);
    const dependencies = resources.flatMap(({ dependencies: list, parent }) => [
      ...list,
      ...(parent ? [parent] : []),
    ]);
    expect(dependencies.filter((identity) => !known.has(identity))).toEqual([]);
  });

  test("a resource that is referred to is depended on", async () => {
    const { resources } = await awsGraph(changes);
    const forgotten = resources.flatMap(({ type, name, inputs, dependencies }) =>
      referencesIn(inputs)
        .filter(({ identity }) => !dependencies.includes(identity))
        .map(({ identity }) => `${type}.${name} refers to ${identity}`),
    );
    expect(forgotten).toEqual([]);
  });

  test("no secret and nothing unresolved is in it", async () => {
    const { resources } = await awsGraph(changes);
    const text = JSON.stringify(resources.map(({ inputs }) => inputs));
    expect(text).not.toMatch(/undefined|\[object Object\]|Calling \[toString\]|04da6b54/);
    const secretInputs = resources.flatMap(({ type, name, inputs }) =>
      Object.entries(inputs).flatMap(([property, value]) =>
        hasSecret(value) ? [`${type} ${name} ${property}`] : [],
      ),
    );
    expect(secretInputs).toEqual([
      "aws:secretsmanager/secretVersion:SecretVersion capstone-prod-application-password secretString",
      "aws:secretsmanager/secretVersion:SecretVersion capstone-prod-signing-keys secretString",
    ]);
  });
});

test("the stack of npm run trial is one that can be thrown away", async () => {
  const { resources } = await collectResourceGraph(runProgram, {
    stack: "trial",
    ...readStackConfig("trial"),
  });
  const held = resources.filter(
    ({ protect, retainOnDelete, inputs }) => protect || retainOnDelete || inputs.deletionProtection === true,
  );
  expect(held).toEqual([]);
  expect(resources.some(({ type }) => type === "aws:fis/experimentTemplate:ExperimentTemplate")).toBe(true);
});

function hasSecret(value: Rendered): boolean {
  return JSON.stringify(value).includes("[secret]");
}
