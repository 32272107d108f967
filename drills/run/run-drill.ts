import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PersonError } from "../../infra/errors.ts";
import type { Action } from "../../running-stack/journal.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Breakage } from "../breakage.ts";
import { check, cleanUp } from "../check/check.ts";
import { type Drill, Scene } from "../drill.ts";
import { Load } from "../load/load.ts";
import { measureClients } from "../measure.ts";
import { measureStack } from "../measure-stack.ts";
import { Observation } from "../observe/observation.ts";
import { untilWhole } from "../observe/redundancy.ts";
import { Random } from "../random.ts";
import { judge, type Measures } from "../verdict.ts";
import { announce } from "./announce.ts";

export interface DrillOptions {
  seed: number;
  /** Undisturbed load before the fault, and after the stack is whole again. */
  beforeMs: number;
  afterMs: number;
  users: number;
  /** Draws nodes and times in `soak`. */
  random?: Random;
  /** A setting that is broken on purpose, before the load and until the end. */
  breakage?: Breakage;
  /** Makes the accounts' names their own, and leaves them for who gave it to check and remove. */
  run?: string;
}

export interface DrillRun {
  name: string;
  description: string;
  startedAt: string;
  endedAtMs: number;
  /** Why it failed; none when it passed. */
  reasons: string[];
  measures: Measures;
  unknown: { happened: number; didNot: number };
  actions: Action[];
  /** For the picture. */
  load: Load;
  observation: Observation;
}

const pauseMs = 100;

/** One drill from a whole stack to a whole stack. What it breaks is mended, whatever happens. */
export async function runDrill(
  stack: RunningStack,
  name: string,
  drill: Drill,
  options: DrillOptions,
): Promise<DrillRun> {
  const startedAt = new Date().toISOString();
  stack.begin();
  const observation = await Observation.start(stack);
  const load = new Load({
    apiUrl: stack.outputs.apiUrl,
    run: options.run ?? randomBytes(4).toString("hex"),
    users: options.users,
    pauseMs,
    random: new Random(options.seed),
  });
  try {
    await startFromWhole(stack, observation);
    await drill.prepare?.(new Scene(stack, observation, options.random));
    await options.breakage?.apply(stack);
    await announce(stack, name);
    await load.start();
    await sleep(options.beforeMs);
    const whole = await strike(stack, observation, drill, options);
    await sleep(options.afterMs);
    await load.stop();
    return await conclude({ stack, name, drill, startedAt, observation, load, whole, options });
  } finally {
    await stack.restore();
    await observation.stop();
    await announce(stack, undefined);
  }
}

async function startFromWhole(stack: RunningStack, observation: Observation): Promise<void> {
  const start = await untilWhole(stack, observation, 120_000);
  if ("lacks" in start) {
    throw new PersonError(
      `The stack ${stack.name} is not whole before the drill: ${start.lacks.join("; ")}.`,
    );
  }
}

type Wholeness = { wholeAtMs: number } | { mended: string[] };

async function strike(
  stack: RunningStack,
  observation: Observation,
  drill: Drill,
  { random, breakage }: DrillOptions,
): Promise<Wholeness> {
  await drill.inject(new Scene(stack, observation, random));
  const timeoutMs = drill.expected.wholeWithinMs ?? 90_000;
  const outcome = await untilWhole(stack, observation, timeoutMs, breakage?.lacks);
  if ("wholeAtMs" in outcome) return outcome;
  const mended = await stack.restore();
  await untilWhole(stack, observation, 90_000);
  return { mended: [...outcome.lacks, ...mended] };
}

interface Conclusion {
  stack: RunningStack;
  name: string;
  drill: Drill;
  startedAt: string;
  observation: Observation;
  load: Load;
  whole: Wholeness;
  options: DrillOptions;
}

async function conclude(conclusion: Conclusion): Promise<DrillRun> {
  const { stack, name, drill, startedAt, observation, load, whole, options } = conclusion;
  const { struckAtMs, leftAloneAtMs, actions } = stack.journal;
  const { operations } = load.ledger;
  const measured = measureStack(observation, struckAtMs);
  const found = await check(stack, operations, load.handlePrefix, measured.timelines.before);
  const measures: Measures = {
    clients: measureClients(load.ledger, struckAtMs),
    stack: measured,
    differences: found.differences,
    forks: found.forks,
    whole:
      "wholeAtMs" in whole
        ? {
            afterStrikeMs: whole.wholeAtMs - struckAtMs,
            afterLiftMs: Math.max(0, whole.wholeAtMs - leftAloneAtMs),
          }
        : null,
    mended: "mended" in whole ? whole.mended : [],
  };
  const reasons = judge(measures, drill.expected);
  // A failed drill's rows are evidence.
  if (reasons.length === 0 && options.run === undefined) await cleanUp(stack, load.handlePrefix);
  const { unknown } = found;
  const { description } = drill;
  const endedAtMs = Date.now();
  return { name, description, startedAt, endedAtMs, reasons, measures, unknown, actions, load, observation };
}
