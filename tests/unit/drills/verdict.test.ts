import { describe, expect, it } from "vitest";
import { Ledger } from "../../../drills/load/ledger.ts";
import { measureClients } from "../../../drills/measure.ts";
import { evaluate, type Measures } from "../../../drills/verdict.ts";

const clients = { ...measureClients(new Ledger(), 0), operations: 100, acknowledgedWrites: 50 };
const good: Measures = {
  clients,
  stack: {
    detected: { afterMs: 100, what: "proxy-1: app/app-1 down" },
    newPrimary: { afterMs: 2_000, node: "database-2" },
    twoPrimaries: [],
    timelines: { before: 1, after: 2 },
    connections: { before: 4, after: 4 },
  },
  differences: { lost: [], twice: [], refusedButDone: [] },
  forks: [],
  recovery: { afterInjectMs: 5_000, afterClearMs: 5_000 },
  repaired: [],
};
const expected = {
  failedRequests: 0,
  failedReads: 0,
  toldToComeBack: true,
  writesPauseMs: 1_000,
  readsPauseMs: 1_000,
  newPrimary: true,
} as const;

describe("the verdict", () => {
  it("passes what keeps within its bounds", () => {
    expect(evaluate(good, expected)).toEqual([]);
  });

  const bad: [string, Partial<Measures>, RegExp][] = [
    [
      "a lost write",
      { differences: { ...good.differences, lost: ["x"] } },
      /^1 acknowledged writes were lost/,
    ],
    [
      "a write done twice",
      { differences: { ...good.differences, twice: ["x"] } },
      /^1 writes were done twice/,
    ],
    [
      "a refused write that was done",
      { differences: { ...good.differences, refusedButDone: ["x"] } },
      /^1 refused writes were done/,
    ],
    ["a fork", { forks: ["x"] }, /^1 forks in the timelines/],
    ["two primaries", { stack: { ...good.stack, twoPrimaries: ["x"] } }, /taken by two nodes at once/],
    ["no failover", { stack: { ...good.stack, newPrimary: null } }, /^no other node became primary/],
    [
      "a read back in time",
      { clients: { ...clients, readsBackInTime: ["x"] } },
      /^1 reads went back in time/,
    ],
    ["a wrong answer", { clients: { ...clients, wrongAnswers: ["x"] } }, /^1 answers were wrong/],
    ["a failed request", { clients: { ...clients, failedRequests: 1 } }, /^1 requests failed, allowed are 0/],
    ["a failed read", { clients: { ...clients, failedReads: 1 } }, /^1 reads failed, allowed are 0/],
    [
      "an unclear answer",
      { clients: { ...clients, notToldToComeBack: { "post: 500": 2 } } },
      /^2 requests failed and were not told to come back \(2 × post: 500\)/,
    ],
    ["a failure before the fault", { clients: { ...clients, failedBefore: 1 } }, /before the fault$/],
    [
      "a long write",
      { clients: { ...clients, writesPauseMs: 1_001 } },
      /^1.0 s for a write, allowed are 1.0 s/,
    ],
    ["a long read", { clients: { ...clients, readsPauseMs: 2_000 } }, /^2.0 s for a read/],
    ["no write at all", { clients: { ...clients, acknowledgedWrites: 0 } }, /^no write was acknowledged/],
    [
      "a stack that stays broken",
      { recovery: null, repaired: ["app-1 started"] },
      /not fully redundant by itself.*app-1 started/,
    ],
    [
      "a stack that takes long",
      { recovery: { afterInjectMs: 99_000, afterClearMs: 99_000 } },
      /until fully redundant/,
    ],
  ];
  it.each(bad)("fails %s by name", (_what, change, reason) => {
    const reasons = evaluate({ ...good, ...change }, expected);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(reason);
  });

  it("forgives what was in flight where the drill says so, and nothing else", () => {
    const allowed = { ...expected, failedRequests: "in flight" } as const;
    const two = { ...clients, failedRequests: 2 };
    expect(evaluate({ ...good, clients: { ...two, failedInFlight: 2 } }, allowed)).toEqual([]);
    expect(evaluate({ ...good, clients: { ...two, failedInFlight: 1 } }, allowed)).toHaveLength(1);
  });
});
