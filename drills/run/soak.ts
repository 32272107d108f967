import { randomBytes } from "node:crypto";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import { cleanUp } from "../check/check.ts";
import { compare } from "../check/compare.ts";
import { readThrough } from "../check/contents.ts";
import { type Drill, Scene } from "../drill.ts";
import type { Operation } from "../load/ledger.ts";
import { percentile } from "../measure.ts";
import { Random } from "../random.ts";
import { measuredCommit } from "../report/environment.ts";
import type { SoakResult } from "../report/results.ts";
import { describe } from "./describe.ts";
import type { DrillCommand } from "./options.ts";
import { type DrillRun, runDrill } from "./run-drill.ts";

const round = { beforeMs: 800, afterMs: 800, users: 5 };
/** How often a second fault follows before the stack has recovered from the first. */
const secondFault = { share: 0.2, withinSeconds: 8 };

/**
 * Injects faults drawn at random until there were enough. The same seed draws the same faults, on the same nodes, with
 * the same pauses. What any round acknowledged is checked again at the end.
 */
export async function soak(
  stack: RunningStack,
  drills: Map<string, Drill>,
  { seed, soak: bounds }: DrillCommand,
): Promise<SoakResult> {
  const startedAtMs = Date.now();
  const endsAtMs =
    bounds?.minutes === undefined ? Number.POSITIVE_INFINITY : startedAtMs + bounds.minutes * 60_000;
  const most = bounds?.count ?? Number.POSITIVE_INFINITY;
  const random = new Random(seed);
  const names = [...drills].filter(([, drill]) => drill.soak).map(([name]) => name);
  const soakId = randomBytes(3).toString("hex");
  const runs: DrillRun[] = [];
  const operations: Operation[] = [];
  console.log(`soak: seed ${seed}`);
  for (let faults = 0; faults < most && Date.now() < endsAtMs; ) {
    const drawn = draw(random, names);
    faults += drawn.length;
    const draws = random.fork();
    const name = drawn.join(" and ");
    const run = await runDrill(stack, name, combine(drawn, drills, draws), {
      ...round,
      seed: draws.between(0, 2 ** 31),
      random: draws,
      run: `${soakId}r${runs.length}`,
    });
    console.log(`${faults}  ${describe(run)}`);
    runs.push(run);
    operations.push(...run.load.ledger.operations.filter(({ effect }) => effect !== undefined));
  }
  const lostLater = await checkAgain(stack, operations, `drill-${soakId}`);
  return {
    ...summarize(runs, lostLater),
    seed,
    measuredAt: new Date(startedAtMs).toISOString(),
    minutes: minutesSince(startedAtMs),
  };
}

function draw(random: Random, names: string[]): string[] {
  const first = random.pick(names);
  return random.next() < secondFault.share ? [first, random.pick(names)] : [first];
}

/** One fault, or two of which the second begins while the first is there; it may find nothing left to break. */
function combine(names: string[], drills: Map<string, Drill>, random: Random): Drill {
  const [first, second] = names.map((name) => drills.get(name));
  if (!first) throw new Error("Nothing was drawn.");
  return {
    description: first.description,
    expected: { recoveryMs: 150_000 },
    soak: true,
    async inject(scene) {
      if (!second) return first.inject(scene);
      const own = new Scene(scene.stack, scene.observation, scene.ledger, random.fork());
      const later = scene
        .seconds(secondFault.withinSeconds)
        .then(() => second.inject(own))
        .catch((error: Error) => console.log(`        the second fault found: ${error.message}`));
      const outcomes = await Promise.allSettled([first.inject(scene), later]);
      const [firstOutcome] = outcomes;
      if (firstOutcome?.status === "rejected") {
        console.log(`        the first fault found: ${(firstOutcome.reason as Error).message}`);
      }
      // Two faults in each other's way can leave what the stack cannot repair: that is cleared by hand.
      await scene.stack.journal.note(
        "clear",
        "both faults ended",
        async () => void (await scene.stack.restore()),
      );
    },
  };
}

/** Writes that an earlier round saw acknowledged must outlive the later ones. */
async function checkAgain(
  stack: RunningStack,
  operations: Operation[],
  handlePrefix: string,
): Promise<string[]> {
  const { lost, twice } = compare(operations, await readThrough(stack.outputs.databaseUrl, handlePrefix));
  const found = [...lost.map((what) => `lost later: ${what}`), ...twice];
  if (found.length === 0) await cleanUp(stack, handlePrefix);
  return found;
}

function summarize(
  runs: DrillRun[],
  lostLater: string[],
): Omit<SoakResult, "seed" | "measuredAt" | "minutes"> {
  const sum = (of: (run: DrillRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  const faults = runs.flatMap(({ name }) => name.split(" and "));
  const pauses = runs.map(({ measures }) => measures.clients.writesPauseMs).toSorted((a, b) => a - b);
  const recoveries = runs
    .flatMap(({ measures }) => measures.recovery?.afterInjectMs ?? [])
    .toSorted((a, b) => a - b);
  return {
    commit: measuredCommit(),
    faults: faults.length,
    drawn: Object.fromEntries(
      [...Map.groupBy(faults.toSorted(), (name) => name)].map(([name, list]) => [name, list.length]),
    ),
    operations: sum(({ measures }) => measures.clients.operations),
    acknowledgedWrites: sum(({ measures }) => measures.clients.acknowledgedWrites),
    failedRequests: sum(({ measures }) => measures.clients.failedRequests),
    lost: sum(({ measures }) => measures.differences.lost.length) + lostLater.length,
    twice: sum(({ measures }) => measures.differences.twice.length),
    backInTime: sum(({ measures }) => measures.clients.readsBackInTime.length),
    twoPrimaries: sum(({ measures }) => measures.stack.twoPrimaries.length),
    notRecovered: sum(({ measures }) => (measures.recovery ? 0 : 1)),
    writesPauseMs: { median: percentile(pauses, 0.5), longest: pauses.at(-1) ?? 0 },
    recoveryMs: { median: percentile(recoveries, 0.5), longest: recoveries.at(-1) ?? 0 },
    reasons: [
      ...runs.flatMap(({ name, reasons }) => reasons.map((reason) => `${name}: ${reason}`)),
      ...lostLater,
    ],
  };
}

function minutesSince(startedAtMs: number): number {
  return Math.round((Date.now() - startedAtMs) / 60_000);
}
