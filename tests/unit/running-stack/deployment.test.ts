import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { expect, it, vi } from "vitest";
import {
  type Deployment,
  healInterrupted,
  isMissingResources,
  rolledBackByItself,
} from "../../../running-stack/pulumi/deployment.ts";
import { forgottenAtAws, takenOver, takeOverFromAws } from "../../../running-stack/pulumi/interrupted-aws.ts";
import { releaseStaleLock } from "../../../running-stack/pulumi/stack-lock.ts";
import { fakePrograms, scratchDirectory, scratchHome } from "../cli/toolchain/scratch.ts";

const container = (id: string) => ({ type: "docker:index/container:Container", id });

it("what Docker has no more is noticed, and nothing else", async () => {
  fakePrograms({
    docker: `case "$*" in
      *--all*) echo one; echo two; echo stopped;; ps*) echo one; echo two;; volume*) echo data;; *) ;;
    esac`,
  });
  const volume = { type: "docker:index/volume:Volume", id: "data" };
  expect(await isMissingResources({ deployment: { resources: [container("one"), volume] } })).toBe(false);
  expect(
    await isMissingResources({ deployment: { resources: [container("one"), container("three")] } }),
  ).toBe(true);
  expect(await isMissingResources({ deployment: { resources: [container("stopped")] } })).toBe(true);
  const carrier = { ...container("stopped"), inputs: { mustRun: false } };
  expect(await isMissingResources({ deployment: { resources: [carrier] } })).toBe(false);
  expect(await isMissingResources({ deployment: {} })).toBe(false);
});

it("a container that was being created when the deployment was killed is removed, if it is the stack's", async () => {
  scratchHome();
  const creating = (name: string) => ({
    type: "creating",
    resource: { type: "docker:index/container:Container", inputs: { name } },
  });
  const calls = fakePrograms({
    docker: `case "$*" in
      *inspect*-app-1) echo "new dev";;
      *inspect*-app-2) echo "known dev";;
      *inspect*-app-3) echo "foreign <no value>";;
      *inspect*) exit 1;;
    esac`,
    pulumi: "",
  });
  const deployed = {
    deployment: {
      resources: [container("known")],
      pending_operations: ["c-app-1", "c-app-2", "c-app-3", "c-app-4"].map(creating),
    },
  };
  expect(await healInterrupted("dev", deployed)).toEqual(["c-app-1"]);
  expect(calls().filter((call) => call.startsWith("docker rm"))).toEqual(["docker rm --force new"]);
  expect(deployed.deployment.pending_operations).toEqual([]);
  expect(calls().at(-1)).toMatch(/^pulumi stack import --stack dev --file /);
});

it("what AWS was making under a name of its own is taken over, and what Pulumi names is no trouble", () => {
  const creating = (type: string, inputs: Record<string, unknown>) => ({
    type: "creating",
    resource: { type, urn: `urn:${type}::c`, inputs },
  });
  const cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/capstone-prod";
  const pending_operations = [
    creating("aws:rds/instance:Instance", { identifier: "capstone-prod", __defaults: [] }),
    creating("aws:ecs/service:Service", { name: "capstone-prod-app", cluster }),
    creating("aws:cloudwatch/logGroup:LogGroup", { name: "capstone-prod-1a2b3c4", __defaults: ["name"] }),
    creating("aws:ec2/vpc:Vpc", { cidrBlock: "10.20.0.0/16" }),
    creating("docker:index/container:Container", { name: "c-app-1" }),
    { type: "updating", resource: { type: "aws:s3/bucket:Bucket", inputs: { bucket: "known" } } },
  ];
  const before = { ...container("one"), outputs: {} };
  const deployed: Deployment = { deployment: { resources: [before], pending_operations } };
  // What has no id before it is made, and what Pulumi would name otherwise the next time.
  expect(forgottenAtAws(deployed)).toEqual(["aws:cloudwatch/logGroup:LogGroup c", "aws:ec2/vpc:Vpc c"]);
  const service = "arn:aws:ecs:eu-central-1:123456789012:service/capstone-prod/capstone-prod-app";
  expect(takeOverFromAws(deployed)).toEqual([
    "aws:rds/instance:Instance capstone-prod",
    `aws:ecs/service:Service ${service}`,
  ]);
  expect(deployed.deployment.resources?.map(({ id }) => id)).toEqual(["one", "capstone-prod", service]);
  // They have no outputs until they are read.
  expect(takenOver(deployed)).toEqual(["urn:aws:rds/instance:Instance::c", "urn:aws:ecs/service:Service::c"]);
  expect(takeOverFromAws({ deployment: {} })).toEqual([]);
  expect(forgottenAtAws({ deployment: {} })).toEqual([]);
});

it("a state that is locked says how the lock goes away", async () => {
  scratchHome();
  fakePrograms({
    docker: "",
    pulumi: "echo 'error: the stack is currently locked by 1 lock(s)' >&2; exit 1",
  });
  const pending_operations = [{ type: "creating", resource: { type: "aws:ec2/vpc:Vpc" } }];
  await expect(healInterrupted("prod", { deployment: { pending_operations } })).rejects.toThrow(
    "The stack prod is locked: it is being deployed, or a deployment that was killed left its lock. Once none runs, `npm run pulumi -- cancel --stack prod` takes it away.",
  );
});

it("what AWS may have rolled back is read again before an up", () => {
  const urn = "urn:pulumi:prod::capstone::capstone:aws:AppNodes$aws:ecs/service:Service::capstone-prod-app";
  const resources = [container("one"), { type: "aws:ecs/service:Service", urn }];
  expect(rolledBackByItself({ deployment: { resources } })).toEqual([urn]);
  expect(rolledBackByItself({ deployment: {} })).toEqual([]);
});

it("a deployment that was not interrupted is left as it is", async () => {
  const calls = fakePrograms({ docker: "", pulumi: "" });
  expect(await healInterrupted("dev", { deployment: { resources: [container("one")] } })).toEqual([]);
  expect(calls()).toEqual([]);
});

it("the lock of a deployment that is gone is released; that of one that runs, or ran elsewhere, is respected", async () => {
  scratchHome();
  const state = scratchDirectory();
  vi.stubEnv("PULUMI_BACKEND_URL", `file://${state}`);
  const locks = path.join(state, ".pulumi/locks/organization/capstone/dev");
  mkdirSync(locks, { recursive: true });
  const lock = (content: object) =>
    writeFileSync(
      path.join(locks, "1.json"),
      JSON.stringify({
        pid: 2 ** 22 + 1,
        hostname: hostname(),
        username: "me",
        timestamp: "now",
        ...content,
      }),
    );
  const calls = fakePrograms({ pulumi: "" });

  expect(await releaseStaleLock("capstone", "other")).toBe(false);
  lock({ hostname: "elsewhere" });
  await expect(releaseStaleLock("capstone", "dev")).rejects.toThrow(
    "is being deployed by process 4194305 of me on elsewhere",
  );
  expect(calls()).toEqual([]);
  lock({});
  expect(await releaseStaleLock("capstone", "dev")).toBe(true);
  // This process has that number, but it is no Pulumi: the number was given away again.
  lock({ pid: process.pid });
  expect(await releaseStaleLock("capstone", "dev")).toBe(true);
  expect(calls()).toEqual(["pulumi cancel --yes --stack dev", "pulumi cancel --yes --stack dev"]);
});
