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
import { untilFullyRedundant } from "../observe/redundancy.ts";
import { Random } from "../random.ts";
import { evaluate, type Measures } from "../verdict.ts";
import type { Watch } from "../watch/watch.ts";
import { announce } from "./announce.ts";

export interface DrillOptions {
  seed: number;
  /** Undisturbed load before the fault, and after the stack is fully redundant again. */
  beforeMs: number;
  afterMs: number;
  users: number;
  /** Draws nodes and times in `soak`. */
  random?: Random;
  /** A setting that is broken on purpose, before the load and until the end. */
  breakage?: Breakage;
  /** Part of the accounts' handles; the caller who sets it checks and removes the accounts. */
  run?: string;
  /** Shows the drill as it goes. */
  watch?: Watch | undefined;
}

export interface DrillRun {
  name: string;
  description: string;
  startedAt: string;
  endedAtMs: number;
  /** Why it failed; empty when it passed. */
  reasons: string[];
  measures: Measures;
  /** What the drill itself found, a sentence each. */
  found: string[];
  unknown: { happened: number; didNot: number };
  actions: Action[];
  /** For the picture. */
  load: Load;
  observation: Observation;
}

const pauseMs = 100;

/** One drill, from a fully redundant stack back to one. What it breaks is repaired, whatever happens. */
export async function runDrill(
  stack: RunningStack,
  name: string,
  drill: Drill,
  options: DrillOptions,
): Promise<DrillRun> {
  const refused = await drill.refusal?.(stack);
  if (refused) throw new PersonError(refused);
  const startedAt = new Date().toISOString();
  stack.begin();
  const observation = await Observation.start(stack);
  const load = new Load({
    apiUrl: stack.outputs.apiUrl,
    run: options.run ?? randomBytes(4).toString("hex"),
    users: options.users,
    readers: drill.readers ?? 0,
    pauseMs,
    random: new Random(options.seed),
  });
  const { watch } = options;
  const clients = options.users + (drill.readers ?? 0);
  watch?.begin({ stack, name, drill, clients, observation, load });
  try {
    await requireFullRedundancy(stack, observation, watch);
    const scene = new Scene(stack, observation, load.ledger, options.random, options.breakage?.missing);
    await drill.prepare?.(scene);
    await options.breakage?.apply(stack);
    await announce(stack, name);
    watch?.enter("load");
    await load.start();
    await sleep(options.beforeMs);
    const recovery = await injectFault(scene, drill, options);
    watch?.enter("after");
    await sleep(options.afterMs);
    await load.stop();
    watch?.stop();
    watch?.enter("comparison");
    if ("redundantAtMs" in recovery) await drill.cleanUp?.(scene);
    return await conclude({ scene, name, drill, startedAt, load, recovery, options });
  } catch (error) {
    watch?.stop((error as Error).message);
    throw error;
  } finally {
    await stack.restore();
    await observation.stop();
    await announce(stack, undefined);
  }
}

async function requireFullRedundancy(
  stack: RunningStack,
  observation: Observation,
  watch: Watch | undefined,
): Promise<void> {
  const onLook = (missing: string[]) => watch?.missing(missing);
  const start = await untilFullyRedundant(stack, observation, 120_000, { onLook });
  if ("missing" in start) {
    throw new PersonError(
      `The stack ${stack.name} is not fully redundant before the drill: ${start.missing.join("; ")}.`,
    );
  }
}

type Recovery = { redundantAtMs: number } | { repaired: string[] };

async function injectFault(scene: Scene, drill: Drill, { breakage, watch }: DrillOptions): Promise<Recovery> {
  const { stack, observation } = scene;
  watch?.enter("fault");
  await drill.inject(scene);
  watch?.enter("recovery");
  const timeoutMs = drill.expected.recoveryMs ?? 90_000;
  const outcome = await untilFullyRedundant(stack, observation, timeoutMs, {
    tolerated: breakage?.missing,
    alsoMonitoring: drill.expected.alsoMonitoring,
    onLook: (missing) => watch?.missing(missing),
  });
  if ("redundantAtMs" in outcome) {
    watch?.redundant(outcome.redundantAtMs);
    return outcome;
  }
  const repaired = await stack.restore();
  await untilFullyRedundant(stack, observation, 90_000);
  return { repaired: [...outcome.missing, ...repaired] };
}

interface Conclusion {
  scene: Scene;
  name: string;
  drill: Drill;
  startedAt: string;
  load: Load;
  recovery: Recovery;
  options: DrillOptions;
}

async function conclude(conclusion: Conclusion): Promise<DrillRun> {
  const { scene, name, drill, startedAt, load, recovery, options } = conclusion;
  const { stack, observation } = scene;
  const { injectedAtMs, lastActionAtMs, actions } = stack.journal;
  const { operations } = load.ledger;
  const measured = measureStack(observation, injectedAtMs);
  const checked = await check(stack, operations, load.handlePrefix, measured.timelines.before);
  const measures: Measures = {
    clients: measureClients(load.ledger, injectedAtMs),
    stack: measured,
    differences: checked.differences,
    forks: checked.forks,
    recovery:
      "redundantAtMs" in recovery
        ? {
            afterInjectMs: recovery.redundantAtMs - injectedAtMs,
            afterClearMs: Math.max(0, recovery.redundantAtMs - lastActionAtMs),
          }
        : null,
    repaired: "repaired" in recovery ? recovery.repaired : [],
  };
  const reasons = [...scene.reasons, ...evaluate(measures, drill.expected)];
  // A failed drill's rows are evidence.
  if (reasons.length === 0 && options.run === undefined) await cleanUp(stack, load.handlePrefix);
  const { unknown } = checked;
  const { description } = drill;
  const { found } = scene;
  const endedAtMs = Date.now();
  return {
    ...{ name, description, startedAt, endedAtMs, reasons, measures, found, unknown, actions },
    ...{ load, observation },
  };
}
