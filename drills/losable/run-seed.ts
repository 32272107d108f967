import { setTimeout as sleep } from "node:timers/promises";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Drill, Expectations, Scene } from "../drill.ts";
import { measureStack } from "../measure-stack.ts";
import { Random } from "../random.ts";
import { loadAverage } from "../report/environment.ts";
import { writeRunLog } from "../report/run-log.ts";
import { type DrillRun, runDrill } from "../run/run-drill.ts";
import { type Asked, ask, askOnTheWayBack } from "./ask.ts";
import { drawPlan, type Plan } from "./draw.ts";
import { allServed, evaluateWindow, measureWindow, type Window } from "./evaluate.ts";
import type { Choice } from "./kinds.ts";
import { type LeftState, leave } from "./left-state.ts";
import type { LosableRun } from "./losable-results.ts";

const load = { beforeMs: 800, afterMs: 500, users: 5 };
/** For how long a part is away at least, and how much longer than it may hold up a write before it counts as held. */
const awayMs = 5_000;
const beyondBoundMs = 2_000;

/**
 * One run from a fully redundant stack back to one: a state, what status says of it, and the loss of what it calls
 * losable. Where that is nothing, the state is cleared, and what status calls losable first on the way back is taken.
 * @param taking Whether it is taken; what the state does by itself shows when it is not.
 */
export async function runSeed(
  stack: RunningStack,
  drills: Map<string, Drill>,
  { seed, commit }: { seed: number; commit: string },
  taking: boolean,
): Promise<LosableRun> {
  const random = new Random(seed);
  const plan = drawPlan(random.fork(), drills);
  const [forStates, forChoice, forNodes] = [random.fork(), random.fork(), random.fork()];
  const chosen = plan.states
    .map(({ drill: name }) => drills.get(name))
    .filter((drill) => drill !== undefined);
  let asked: Asked | undefined;
  const drill: Drill = {
    description: "A state, and the loss of what status calls losable in it.",
    expected: { recoveryMs: plan.recoveryMs },
    soak: false,
    async prepare(scene) {
      for (const { prepare } of chosen) await prepare?.(scene);
    },
    async cleanUp(scene) {
      for (const { cleanUp } of chosen) await cleanUp?.(scene);
    },
    async inject(scene) {
      const states: LeftState[] = [];
      const clear = async () => {
        await Promise.all(states.map(({ abandon }) => abandon()));
        await stack.journal.note("clear", "everything", async () => void (await stack.restore()));
      };
      try {
        for (const [index, one] of chosen.entries())
          states.push(await leave(one, scene, forStates.fork(), plan.states[index]?.pause ?? 1));
        await sleep(plan.delayMs);
        asked = await ask(scene, drills, forChoice);
        if (!asked.choice) {
          await clear();
          stack.remember();
          asked = await askOnTheWayBack(scene, drills, forChoice);
        }
        if (asked.choice) asked.window = await away(scene, asked.choice, asked.bounds, taking);
      } finally {
        await clear();
      }
    },
  };
  const run = await runDrill(stack, `losable-${seed}`, drill, { ...load, seed, random: forNodes });
  if (!asked) throw new Error(`Status was not asked in the run with seed ${seed}.`);
  const result = { ...conclude(plan, asked, run, taking), seed, commit };
  if (result.reasons.length > 0)
    console.log(`        full log: ${writeRunLog(stack.name, run, asked.window.beginMs)}`);
  return result;
}

/** Takes the part and waits until it is clear what came of that. */
async function away(
  scene: Scene,
  { part, way, wasPrimary }: Choice,
  { writesPauseMs = 0 }: Expectations,
  taking: boolean,
): Promise<Window> {
  const beginMs = Date.now();
  if (taking) await way.lose(part);
  const isOver = () => {
    const promoted =
      !taking || !wasPrimary || (scene.observation.primary?.part.name ?? part.name) !== part.name;
    return Date.now() - beginMs > awayMs && promoted && allServed(scene.ledger, beginMs);
  };
  await scene.until(isOver, Math.max(awayMs, writesPauseMs + beyondBoundMs));
  return { beginMs, endMs: Date.now() };
}

function conclude(
  plan: Plan,
  asked: Asked,
  run: DrillRun,
  taking: boolean,
): Omit<LosableRun, "seed" | "commit"> {
  const { evaluation, choice, bounds, window } = asked;
  const clients = measureWindow(run.load.ledger, window);
  const { newPrimary } = measureStack(run.observation, window.beginMs);
  const inTime = newPrimary && newPrimary.afterMs <= window.endMs - window.beginMs ? newPrimary : null;
  const measures = { ...run.measures, stack: { ...run.measures.stack, newPrimary: inTime } };
  const { newPrimary: mustMove, ...always } = bounds;
  const expected = {
    ...always,
    ...(mustMove && taking ? { newPrimary: mustMove } : {}),
    recoveryMs: plan.recoveryMs,
  };
  const reasons = choice ? evaluateWindow(measures, clients, expected) : run.reasons;
  const { canLose, state } = evaluation;
  return {
    measuredAt: run.startedAt,
    loadAverage: loadAverage(),
    states: plan.states.map(
      ({ drill: name, pause }) => `${name}, pause ${pause}${asked.onTheWayBack ? ", cleared" : ""}`,
    ),
    delayMs: plan.delayMs,
    said: { state, losable: Object.entries(canLose).flatMap(([kind, can]) => (can ? [kind] : [])) },
    taken: choice
      ? { kind: choice.kind, part: choice.part.name, how: choice.way.how, wasPrimary: choice.wasPrimary }
      : null,
    measured: choice
      ? {
          failedRequests: clients.failedRequests,
          failedInFlight: clients.failedInFlight,
          writesPauseMs: clients.writesPauseMs,
          allowedPauseMs: bounds.writesPauseMs ?? 0,
          newPrimaryMs: choice.wasPrimary ? (inTime?.afterMs ?? null) : null,
          lost: run.measures.differences.lost.length,
          acknowledgedWrites: clients.acknowledgedWrites,
        }
      : null,
    verdict: choice ? (reasons.length === 0 ? "held" : "surprise") : "nothing losable",
    reasons,
  };
}
