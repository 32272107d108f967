import { describe, expect, it } from "vitest";
import { Ledger } from "../../../../drills/load/ledger.ts";
import type { ContainerEvent } from "../../../../drills/observe/container-events.ts";
import type { AcknowledgedWrite, PatroniSample } from "../../../../drills/observe/database-node.ts";
import type { Told } from "../../../../drills/watch/events.ts";
import { Feed } from "../../../../drills/watch/feed.ts";
import { headline } from "../../../../drills/watch/headline.ts";
import { DrillState } from "../../../../drills/watch/state.ts";
import type { Action } from "../../../../running-stack/journal.ts";
import { attempt, operation } from "../operations.ts";

/** A drill that is under way, as its parts would fill it, and the page that follows. */
class Rehearsal {
  readonly ledger = new Ledger();
  readonly journal = { actions: [] as Action[] };
  readonly databaseNodes = ["database-1", "database-2"].map((name) => ({
    part: { name },
    latest: undefined as PatroniSample | undefined,
    writes: [] as AcknowledgedWrite[],
  }));
  readonly containers = { events: [] as ContainerEvent[] };
  readonly state = new DrillState();
  private readonly feed = new Feed({
    ...this,
    partOf: (container) => (container.startsWith("x-") ? container.slice(2) : undefined),
  });

  constructor() {
    const parts = [
      { name: "app-1", role: "app" as const },
      ...this.databaseNodes.map(({ part }) => ({ ...part, role: "database" as const })),
    ];
    this.tell(0, {
      ...{ kind: "drill", name: "primary-killed", description: "", stack: "test", parts, clients: 2 },
      writeLimitMs: 3_000,
    });
    this.tell(0, { kind: "phase", phase: "load" });
    this.says("database-1", "primary", 0);
    this.says("database-2", "replica", 0);
    this.commits("database-1", 1, 10);
    this.look(100);
  }

  tell(atMs: number, told: Told): void {
    this.state.take({ atMs, ...told });
  }

  look(nowMs: number): void {
    for (const event of this.feed.news(nowMs)) this.state.take(event);
  }

  says(name: string, role: string, atMs: number): void {
    const node = this.databaseNodes.find(({ part }) => part.name === name);
    const sample = { kind: "patroni" as const, atMs, state: "running", role, timeline: 1 };
    if (node) node.latest = { ...sample, streamsFromPrimary: role === "replica", synchronousStandbys: 1 };
  }

  commits(name: string, timeline: number, endedMs: number): void {
    const node = this.databaseNodes.find(({ part }) => part.name === name);
    node?.writes.push({ kind: "write", beganMs: endedMs - 5, endedMs, timeline });
  }

  kill(atMs: number): void {
    this.journal.actions.push({ atMs, doneMs: undefined, kind: "inject", what: "database-1: killed" });
    this.containers.events.push({ atMs: atMs + 1, container: "x-database-1", action: "die" });
    this.says("database-2", "replica", atMs);
    this.look(atMs + 100);
  }
}

describe("what the live page is told", () => {
  it("has each operation and each failed request once, those of operations under way at once", () => {
    const drill = new Rehearsal();
    const { ledger, state } = drill;
    const attempts = [attempt(200, 300, 503)];
    const underWay = { kind: "post" as const, startedAtMs: 200, attempts };
    ledger.underWay.add(underWay);
    ledger.operations.push(operation("me", "acknowledged", undefined, [attempt(150, 160)]));
    drill.look(400);
    expect(state.failed).toEqual([[300, 100]]);
    expect(state.waiting).toEqual([[200, "write"]]);
    expect([state.writesSent, state.writes.acknowledged, state.settled.length]).toEqual([1, 0, 1]);

    attempts.push(attempt(500, 700, "ECONNRESET"), attempt(800, 850, 201));
    ledger.underWay.delete(underWay);
    ledger.operations.push(operation("post", "acknowledged", undefined, attempts));
    drill.look(900);
    drill.look(1_000);
    expect(state.failed).toEqual([
      [300, 100],
      [700, 200],
    ]);
    expect(state.settled.at(-1)).toEqual([850, 650, "write", "acknowledged"]);
    expect([state.waiting.length, state.writesSent, state.writes.acknowledged]).toEqual([0, 1, 1]);
  });

  it("says who is primary: nobody while its container is gone, then who takes the first write", () => {
    const drill = new Rehearsal();
    expect(drill.state.primary?.name).toBe("database-1");
    drill.kill(1_000);
    expect(drill.state.primary).toBeUndefined();
    // Started again it is not primary because it once was.
    drill.containers.events.push({ atMs: 1_500, container: "x-database-1", action: "start" });
    drill.look(1_600);
    expect(drill.state.primary).toBeUndefined();
    expect(drill.state.parts.get("database-1")).toMatchObject({ condition: "starting", fault: "killed" });

    drill.says("database-2", "primary", 2_000);
    drill.commits("database-2", 2, 2_400);
    drill.look(2_500);
    expect(drill.state.primary?.name).toBe("database-2");
    expect(drill.state.newPrimary).toEqual({ atMs: 2_400, part: "database-2" });
    expect(drill.state.lanes.get("database-1")).toEqual([
      { fromMs: 0, toMs: 1_001, as: "primary" },
      { fromMs: 1_001, toMs: 1_500, as: "down" },
      { fromMs: 1_500, toMs: undefined, as: "silent" },
    ]);
    expect(drill.state.lanes.get("database-2")?.map(({ as }) => as)).toEqual(["replica", "primary"]);
    expect(drill.state.moments.map(({ text }) => text)).toEqual([
      "database-1: killed",
      "database-1 has ended",
      "database-1 was started",
      "database-2 says that it is primary",
      "database-2 is primary and has acknowledged a write",
    ]);
  });

  it("a node that says nothing for seconds is silent, and containers of nobody are left out", () => {
    const drill = new Rehearsal();
    drill.containers.events.push({ atMs: 200, container: "other", action: "die" });
    drill.says("database-2", "replica", 4_000);
    drill.look(4_100);
    expect(drill.state.parts.get("database-1")?.database?.role).toBe("silent");
    expect(drill.state.primary).toBeUndefined();
    expect(drill.state.moments.map(({ text }) => text)).toEqual(["database-1 says nothing"]);
  });

  it("what was broken is whole again when it is healthy, is put back, or everything is redundant", () => {
    const drill = new Rehearsal();
    const fault = (what: string) =>
      drill.tell(500, { kind: "action", action: what.endsWith("thawed") ? "clear" : "inject", what });
    fault("app-1: paused");
    expect(drill.state.parts.get("app-1")?.fault).toBe("paused");
    fault("app-1: thawed");
    expect(drill.state.parts.get("app-1")?.fault).toBeUndefined();
    drill.kill(1_000);
    drill.tell(5_000, { kind: "container", part: "database-1", action: "start" });
    drill.tell(6_000, { kind: "container", part: "database-1", action: "health_status: healthy" });
    expect(drill.state.parts.get("database-1")).toMatchObject({ condition: "up", fault: undefined });
    fault("app-1: cut off");
    drill.tell(7_000, { kind: "redundant" });
    expect(drill.state.parts.get("app-1")?.fault).toBeUndefined();
    expect(drill.state.redundantAtMs).toBe(7_000);
  });
});

describe("the first sentence of the page", () => {
  const said = (drill: Rehearsal, nowMs: number) => headline(drill.state, nowMs);
  const verdict = {
    ...{ passed: true, reasons: [], lost: 0, twice: 0, unknown: { happened: 0, didNot: 0 }, operations: 9 },
    ...{ failedRequests: 0, writesPauseMs: 2_600, readsPauseMs: 100, detectedAfterMs: 300 },
    ...{ newPrimary: null, redundantAfterMs: 11_000 },
  };

  it("follows the drill", () => {
    const drill = new Rehearsal();
    expect(said(drill, 900)).toEqual({ text: "2 clients read and write. All is well, still.", mood: "calm" });
    drill.kill(1_000);
    drill.ledger.underWay.add({ kind: "post", startedAtMs: 1_100, attempts: [] });
    drill.look(1_200);
    expect(said(drill, 3_100)).toEqual({
      text: "There is no primary. 1 client waits, the longest for 2.0 s.",
      mood: "alarm",
    });
    drill.ledger.underWay.clear();
    drill.says("database-2", "primary", 3_000);
    drill.commits("database-2", 2, 3_200);
    drill.look(3_300);
    drill.tell(3_400, { kind: "missing", missing: ["x-database-1 is exited"] });
    expect(said(drill, 3_500)).toEqual({
      text: "database-2 is primary and everyone is served. Not fully redundant yet: x-database-1 is exited.",
      mood: "recovering",
    });
    drill.tell(12_000, { kind: "redundant" });
    expect(said(drill, 12_500).text).toBe("Everything is fully redundant again, 11.0 s after the fault.");
    drill.tell(20_000, { kind: "verdict", verdict });
    expect(said(drill, 21_000)).toEqual({ text: "Nothing was lost, and no request failed.", mood: "good" });
  });

  it("says that it failed, and that there is no verdict", () => {
    const failed = new Rehearsal();
    failed.tell(1, { kind: "verdict", verdict: { ...verdict, passed: false } });
    expect(said(failed, 2)).toEqual({ text: "The drill has failed.", mood: "bad" });
    const abandoned = new Rehearsal();
    abandoned.tell(1, { kind: "abandoned", reason: "There is no replica." });
    expect(said(abandoned, 2)).toEqual({ text: "No verdict: There is no replica.", mood: "bad" });
  });
});
