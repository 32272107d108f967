import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Drill, Scene } from "../../../drills/drill.ts";
import { Ledger, type Operation } from "../../../drills/load/ledger.ts";
import { drawPlan, stateWeights } from "../../../drills/losable/draw.ts";
import { allServed, evaluateWindow, measureWindow } from "../../../drills/losable/evaluate.ts";
import { boundsOf, choose, type Kind, ways } from "../../../drills/losable/kinds.ts";
import { leave } from "../../../drills/losable/left-state.ts";
import { addRun, type LosableRun, losableSection } from "../../../drills/losable/losable-results.ts";
import { attribute } from "../../../drills/losable/run-losable.ts";
import { Random } from "../../../drills/random.ts";
import { loadDrills } from "../../../drills/registry.ts";
import type { Measures } from "../../../drills/verdict.ts";
import type { Role } from "../../../infra/topology.ts";
import type { Part } from "../../../running-stack/part.ts";
import type { RunningStack } from "../../../running-stack/running-stack.ts";
import { healthyStack, names } from "../operations/status/healthy-stack.ts";
import { attempt, operation } from "./operations.ts";

const drills = await loadDrills();
const all = { "application node": true, proxy: true, "database node": true };
const nothing = { "application node": false, proxy: false, "database node": false };
const stores = (can: boolean) => ({ "consensus member": can, "object store node": can });
const stack = {
  parts: (role?: Role) =>
    names.filter((name) => name.startsWith(`${role}-`)).map((name) => ({ name }) as Part),
} as RunningStack;

describe("what a seed draws", () => {
  it("is the same again, and something else with another seed", () => {
    const draw = (seed: number) => drawPlan(new Random(seed), drills);
    expect(draw(3)).toEqual(draw(3));
    expect(new Set([1, 2, 3, 4, 5, 6].map((seed) => JSON.stringify(draw(seed)))).size).toBe(6);
  });

  it("reaches every state that soak or this drill knows, alone and in pairs, and needs no deployment", () => {
    const plans = Array.from({ length: 3_000 }, (_, seed) => drawPlan(new Random(seed), drills));
    const drawn = new Set(plans.flatMap(({ states }) => states.map(({ drill }) => drill)));
    expect([...drawn].toSorted()).toEqual(Object.keys(stateWeights(drills)).toSorted());
    for (const [name, { soak }] of drills) if (soak) expect(drawn).toContain(name);
    expect(drawn).toContain("consensus-data-lost");
    expect(drawn).not.toContain("app-nodes-rolled");
    expect(new Set(plans.map(({ states }) => states.length))).toEqual(new Set([1, 2]));
    expect(Math.max(...plans.map(({ delayMs }) => delayMs))).toBeLessThanOrEqual(8_000);
    expect(Math.max(...plans.map(({ recoveryMs }) => recoveryMs))).toBe(270_000);
  });
});

describe("what is taken", () => {
  it("is what status calls losable, and runs", () => {
    const observation = healthyStack({}, ["consensus-1"]);
    const taken = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const canLose = { ...nothing, ...stores(false), "consensus member": true };
      taken.add(choose(new Random(seed), canLose, stack, observation)?.part.name ?? "");
    }
    expect([...taken].toSorted()).toEqual(["consensus-2", "consensus-3"]);
  });

  it("is nothing where status calls nothing losable", () => {
    expect(choose(new Random(1), { ...nothing, ...stores(false) }, stack, healthyStack())).toBeUndefined();
  });

  it("is a primary or a replica, whatever their numbers, each lost in its own ways", () => {
    const seen = new Map<string, Set<string>>();
    for (let seed = 0; seed < 2_000; seed++) {
      const choice = choose(new Random(seed), { ...all, ...stores(true) }, stack, healthyStack());
      if (!choice) throw new Error("Nothing was drawn.");
      const { kind, wasPrimary, part, way } = choice;
      if (kind === "database node") expect(part.name).toBe(wasPrimary ? "database-1" : "database-2");
      const key = wasPrimary === undefined ? kind : wasPrimary ? "primary" : "replica";
      seen.set(key, (seen.get(key) ?? new Set()).add(way.how));
    }
    for (const [key, list] of Object.entries(ways))
      expect([...(seen.get(key) ?? [])].toSorted()).toEqual(list.map(({ how }) => how).toSorted());
  });

  it("is held to its own drill's bounds, and five seconds", () => {
    for (const list of Object.values(ways)) for (const way of list) expect(drills.has(way.bounds)).toBe(true);
    const [killed] = ways.primary;
    if (!killed) throw new Error("A primary is never lost.");
    const bounds = { failedRequests: "in flight", newPrimary: true, writesPauseMs: 8_000 };
    expect(boundsOf(killed, drills)).toEqual(bounds);
    expect(() => boundsOf({ ...killed, bounds: "nosuch" }, drills)).toThrow('no drill "nosuch"');
  });
});

function ledger(...operations: Operation[]): Ledger {
  const filled = new Ledger();
  filled.operations.push(...operations);
  return filled;
}

const post = (...attempts: ReturnType<typeof attempt>[]) =>
  operation("post", "acknowledged", undefined, attempts);

describe("what the loss is blamed for", () => {
  const window = { beginMs: 1_000, endMs: 9_000 };

  it("is what clients met while the part was away, and nothing before or after", () => {
    const waited = post(attempt(100, 900, 503), attempt(950, 1_500));
    const later = post(attempt(8_500, 9_500, 503), attempt(9_600, 9_700));
    const measured = measureWindow(ledger(waited, later), window);
    expect(measured).toMatchObject({ failedRequests: 0, writesPauseMs: 500, acknowledgedWrites: 2 });
  });

  it("is a write that hangs until everything is cleared, and a request that fails meanwhile", () => {
    const hung = post(attempt(1_200, 20_000));
    const failing = post(attempt(3_000, 3_100, 502), attempt(3_200, 3_300));
    const inFlight = post(attempt(990, 1_020, "UND_ERR_SOCKET"), attempt(1_100, 1_200));
    const measured = measureWindow(ledger(hung, failing, inFlight), window);
    expect(measured).toMatchObject({ failedRequests: 2, failedInFlight: 1, writesPauseMs: 7_800 });
    const measures = { differences: { lost: [], twice: [], refusedButDone: [] }, forks: [], repaired: [] };
    const stackMeasures = { newPrimary: null, twoPrimaries: [] };
    const reasons = evaluateWindow(
      {
        ...measures,
        clients: measured,
        stack: stackMeasures,
        recovery: { afterInjectMs: 0, afterClearMs: 0 },
      } as unknown as Measures,
      measured,
      { failedRequests: "in flight", writesPauseMs: 7_000, newPrimary: true },
    );
    expect(reasons).toEqual([
      "no other node became primary",
      expect.stringMatching(/^1 requests that were not in flight failed/),
      "7.8 s for a write, allowed are 7.0 s",
    ]);
  });

  it("is over once every client that stays has been served", () => {
    const before = [1, 2, 3].map((n) => ({ ...post(attempt(n, n + 1)), client: "ada" }));
    const newcomer = { ...post(attempt(10, 20)), client: "eve" };
    const served = { ...post(attempt(1_100, 1_200)), client: "ada" };
    expect(allServed(ledger(...before, newcomer), 1_000)).toBe(false);
    expect(allServed(ledger(...before, newcomer, served), 1_000)).toBe(true);
    expect(allServed(ledger(), 1_000)).toBe(false);
  });

  it("is nothing that the state does by itself", () => {
    const control = (reasons: string[]) => ({ ...run(1), taken: null, reasons });
    const surprise: LosableRun = { ...run(1), verdict: "surprise", reasons: ["1 requests failed"] };
    expect(attribute(surprise, control([]))).toBe(surprise);
    expect(attribute(surprise, control(["2 requests failed"]))).toMatchObject({
      verdict: "state's own",
      reasons: ["1 requests failed", "taking nothing: 2 requests failed"],
    });
  });
});

describe("a drill that is left half-way", () => {
  const scene = new Scene(stack, undefined as never, new Ledger());
  const done: string[] = [];
  const drill = (inject: Drill["inject"]): Drill => ({ description: "", expected: {}, soak: true, inject });
  const two = drill(async (left) => {
    done.push("first");
    await left.seconds(0.01);
    done.push("second");
    await left.until(() => false, 60_000);
    done.push("third");
  });

  it.each([
    [1, ["first"]],
    [2, ["first", "second"]],
  ])("keeps the faults before its pause %i, and never injects the later ones", async (pause, faults) => {
    done.length = 0;
    const { abandon, found } = await leave(two, scene, new Random(1), pause);
    await sleep(200);
    expect(done).toEqual(faults);
    await abandon();
    expect(done).toEqual(faults);
    expect(found).toBeUndefined();
  });

  it("comes to its end where it has fewer pauses, and says what it stumbled over", async () => {
    done.length = 0;
    const one = drill(async (left) => {
      await left.seconds(0.01);
      done.push("all");
    });
    await (await leave(one, scene, new Random(1), 2)).abandon();
    expect(done).toEqual(["all"]);
    const failing = drill(async () => {
      throw new Error("There is no single primary to inject a fault into.");
    });
    expect((await leave(failing, scene, new Random(1), 1)).found).toMatch("no single primary");
  });
});

function run(seed: number, kind: Kind = "database node", wasPrimary: boolean | undefined = true): LosableRun {
  return {
    seed,
    measuredAt: "2026-01-02T12:00:00Z",
    commit: "c",
    loadAverage: 4.5,
    states: ["proxy-killed, pause 1"],
    delayMs: 10,
    said: { state: "degraded", losable: [kind] },
    taken: { kind, part: "database-1", how: "killed", wasPrimary },
    measured: {
      failedRequests: 2,
      failedInFlight: 2,
      writesPauseMs: 2_600 + seed,
      allowedPauseMs: 8_000,
      newPrimaryMs: 1_500,
      lost: 0,
      acknowledgedWrites: 90,
    },
    verdict: "held",
    reasons: [],
  };
}

describe("the results", () => {
  it("add up, and a seed that is run again counts once", () => {
    const again = { ...run(2), loadAverage: 1 };
    expect(addRun([run(1), run(2), run(3)], again)).toEqual([run(1), again, run(3)]);
    expect(addRun([run(3)], run(1)).map(({ seed }) => seed)).toEqual([1, 3]);
  });

  it("say what was taken how often, and the worst that came of it", () => {
    const vain: LosableRun = { ...run(4), verdict: "nothing losable", taken: null, measured: null };
    const surprise: LosableRun = { ...run(5, "proxy"), verdict: "surprise" };
    const text = losableSection([run(1), run(900), vain, surprise]);
    expect(text).toContain("3 parts that status called losable were taken");
    expect(text).toContain("2 losses stayed within their bounds, 1 did not (surprises)");
    expect(text).toContain("1 times status called nothing losable");
    expect(text).toMatch(/\| database node, primary +\| 2 +\| 0 +\| 3\.5 s +\| 1\.5 s/);
    expect(losableSection([])).toBe("");
  });
});
