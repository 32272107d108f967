import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation/index.js";
import { describe, expect, it } from "vitest";
import { followEvents } from "../../../cli/deployment-progress/follow-events.ts";
import { DeploymentProgress } from "../../../cli/deployment-progress/progress.ts";
import { PlainReport } from "../../../cli/deployment-progress/report.ts";

const container = "docker:index/container:Container";

/** What the engine says of one resource of a part, as in `begin("Consensus", "consensus-1")`. */
function step(component: string, name: string, op: OpType, type = container) {
  const urn = `urn:pulumi:dev::capstone::capstone:docker:${component}$${type}::${name}`;
  const custom = type === container;
  const state = { type, urn, id: "", parent: "", inputs: {}, outputs: {}, provider: "", custom };
  return { op, urn, type, new: state, provider: "" };
}
const event = (kind: "resourcePreEvent" | "resOutputsEvent" | "resOpFailedEvent", metadata: object) =>
  ({ sequence: 1, timestamp: 1, [kind]: { metadata } }) as unknown as EngineEvent;
const begin = (component: string, name: string, op: OpType = "create") =>
  event("resourcePreEvent", step(component, name, op));
const end = (component: string, name: string, op: OpType = "create") =>
  event("resOutputsEvent", step(component, name, op));

describe("how far a deployment is", () => {
  const expected = new Map([
    ["consensus", 2],
    ["app nodes", 1],
  ]);

  it("is counted by part: begun at its first change, there when all of it is", () => {
    const progress = new DeploymentProgress(expected, 0);
    expect(progress.take(begin("Consensus", "consensus-1", "same"), 10)).toBeUndefined();
    expect(progress.take(end("Consensus", "consensus-1", "same"), 11)).toBeUndefined();
    expect(progress.take(begin("Consensus", "consensus-2"), 20)).toMatchObject({ name: "consensus" });
    expect([...(progress.underWay[0]?.doing.values() ?? [])]).toEqual(["container consensus-2"]);
    expect([progress.done, progress.total]).toEqual([1, 3]);
    const ready = progress.take(end("Consensus", "consensus-2"), 4_020);
    expect(ready).toMatchObject({
      name: "consensus",
      done: 2,
      changed: 1,
      startedAtMs: 20,
      endedAtMs: 4_020,
    });
    expect(progress.underWay).toEqual([]);
  });

  it("does not count components, what is only read, or a replacement twice; what failed is not under way", () => {
    const progress = new DeploymentProgress(expected, 0);
    progress.take(
      event("resOutputsEvent", step("AppNodes", "app-nodes", "create", "capstone:docker:AppNodes")),
      1,
    );
    progress.take(end("AppNodes", "app-1", "refresh"), 1);
    for (const op of ["create-replacement", "replace", "delete-replaced"] as const) {
      progress.take(begin("AppNodes", "app-1", op), 2);
      progress.take(end("AppNodes", "app-1", op), 3);
    }
    expect(progress.done).toBe(1);
    progress.take(begin("Consensus", "consensus-1"), 4);
    progress.take(event("resOpFailedEvent", step("Consensus", "consensus-1", "create")), 5);
    expect([progress.done, progress.underWay]).toEqual([1, []]);
  });

  it("has no total where a part is not known before", () => {
    const progress = new DeploymentProgress(new Map(), 0);
    progress.take(begin("AppNodes", "app-1"), 1);
    expect(progress.total).toBeUndefined();
  });
});

it("a deployment without a terminal says a line when a part begins, when it is there, and at its end", async () => {
  const said: string[] = [];
  const progress = new DeploymentProgress(new Map([["consensus", 1]]), Date.now());
  const report = new PlainReport(progress, 90, (line) => said.push(line));
  for (const one of [begin("Consensus", "consensus-1"), end("Consensus", "consensus-1")]) {
    const part = progress.take(one, Date.now());
    if (part) report.moved(part);
  }
  await report.end(0);
  expect(said).toEqual([
    "consensus: 1 resource, being deployed",
    expect.stringMatching(/^consensus: there \(\d+ s\)$/),
    expect.stringMatching(/^1 resource, 1 of them changed \(\d+ s\)$/),
  ]);
});

it("events are read as they are written, cut lines included, to the last one", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "capstone-events-"));
  const file = path.join(directory, "events.jsonl");
  const line = (sequence: number) => `${JSON.stringify({ sequence, timestamp: 1 })}\n`;
  writeFileSync(file, line(1) + line(2).slice(0, 9));
  const read: number[] = [];
  const first = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const following = followEvents(file, over.promise, ({ sequence }) => {
    read.push(sequence);
    first.resolve();
  });
  await first.promise;
  expect(read).toEqual([1]);
  appendFileSync(file, line(2).slice(9) + line(3));
  over.resolve();
  await following;
  rmSync(directory, { recursive: true });
  expect(read).toEqual([1, 2, 3]);
});
