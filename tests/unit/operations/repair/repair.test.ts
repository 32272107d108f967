import { describe, expect, it } from "vitest";
import { refusal } from "../../../../operations/repair/refusals.ts";
import { missingOf, whatFillsIt } from "../../../../operations/repair/repair.ts";
import { type RepairablePart, readPart } from "../../../../operations/repair/repairable-part.ts";
import type { StackObservation } from "../../../../operations/status/observation.ts";
import { healthyStack, part, sound } from "../status/healthy-stack.ts";

const container = (name: string) => readPart(name) as Extract<RepairablePart, { kind: "container" }>;

describe("what a repair says of where the data comes from", () => {
  it.each([
    ["database-2", "it copies the others"],
    ["object-store-1", "it copies the others"],
    ["backup-1", "a full backup comes next, and the uploads follow by themselves"],
    ["metrics-1", "it begins anew: what was measured before is gone"],
  ])("is true for %s", (name, said) => {
    expect(whatFillsIt(container(name))).toBe(said);
  });
});

describe("the part to repair", () => {
  it.each(["database-2", "consensus-3", "object-store-1", "backup-1", "metrics-1"])("may be %s", (name) => {
    const { role, node } = container(name);
    expect(`${role}-${node}`).toBe(name);
  });

  it("may be all of consensus, or the state", () => {
    expect(readPart("consensus")).toEqual({ kind: "consensus" });
    expect(readPart("state")).toEqual({ kind: "state" });
  });

  it.each([undefined, "database", "database-4", "database-0", "app-1", "consensus-9", "Database-1", ""])(
    "%j is refused with what is allowed",
    (name) => {
      expect(() => readPart(name)).toThrow(
        /allowed are database-1 to database-3, consensus-1 to consensus-3/,
      );
    },
  );
});

describe("a part is remade", () => {
  it.each(["database-2", "consensus-1", "object-store-3", "backup-1"])("%s beside healthy peers", (name) => {
    expect(refusal(container(name), healthyStack())).toBeUndefined();
  });

  it("consensus as a whole only without a quorum", () => {
    const all: RepairablePart = { kind: "consensus" };
    expect(refusal(all, healthyStack())).toMatch(/has a quorum/);
    expect(refusal(all, healthyStack({ consensus: [] }))).toBeUndefined();
    expect(refusal(all, healthyStack({ consensus: [], database: withoutPrimary() }))).toMatch(/primary/);
  });
});

describe("a part is not remade that may be the last good copy", () => {
  it.each<[string, string, Partial<StackObservation>]>([
    ["the primary", "database-1", {}],
    ["a node without a primary beside it", "database-2", { database: withoutPrimary() }],
    [
      "a node that consensus has recorded as leader",
      "database-2",
      { database: recordedLeader("database-2") },
    ],
    ["a node beside a primary with damaged pages", "database-2", { database: damaged("database-1") }],
    ["a node while consensus has recorded no leader", "database-2", { database: recordedLeader(undefined) }],
    [
      "a member without which there is no quorum",
      "consensus-1",
      { consensus: ["consensus-1", "consensus-2"] },
    ],
    ["an object store node beside one that is down", "object-store-1", stopped("object-store-2")],
    ["an object store node without a quorum", "object-store-1", { objectStore: undefined }],
    ["the repository without a primary", "backup-1", { database: withoutPrimary() }],
  ])("%s", (_what, name, changes) => {
    expect(refusal(container(name), healthyStack(changes))).toMatch(/\w+\.$/);
  });
});

describe("a repair is done when the part", () => {
  it("is in its quorum, streams, or its cluster is healthy", () => {
    for (const name of ["database-2", "consensus-1", "object-store-3"])
      expect(missingOf(container(name), healthyStack())).toBeUndefined();
  });

  it("and not before", () => {
    expect(missingOf(container("consensus-1"), healthyStack({ consensus: [] }))).toMatch(/no quorum/);
    expect(missingOf({ kind: "consensus" }, healthyStack({ consensus: ["consensus-1"] }))).toMatch(/1 of 3/);
    expect(missingOf(container("database-2"), healthyStack(stopped("database-2")))).toMatch(/exited/);
    const degraded = { objectStore: { status: "degraded", nodes: 3, nodesUp: 2 } };
    expect(missingOf(container("object-store-3"), healthyStack(degraded))).toMatch(/degraded/);
  });
});

function withoutPrimary(): StackObservation["database"] {
  const { database } = healthyStack();
  return { ...database, members: database.members.map((member) => ({ ...member, role: "replica" })) };
}

function recordedLeader(leader: string | undefined): StackObservation["database"] {
  return {
    ...healthyStack().database,
    recorded: { leader, synchronousStandbys: ["database-2"], paused: false },
  };
}

function stopped(name: string): Partial<StackObservation> {
  return { parts: healthyStack().parts.map((one) => (one.name === name ? part(name, "exited") : one)) };
}

function damaged(node: string): StackObservation["database"] {
  const { database } = healthyStack();
  const members = database.members.map((member) =>
    member.name === node ? { ...member, watcher: { ...sound, damagedBlocks: 1 } } : member,
  );
  return { ...database, members };
}
