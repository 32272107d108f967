import { setTimeout as sleep } from "node:timers/promises";
import { type Evaluation, evaluate } from "../../operations/status/evaluate.ts";
import { probeStack } from "../../operations/status/probe-stack.ts";
import type { Drill, Expectations, Scene } from "../drill.ts";
import type { Random } from "../random.ts";
import type { Window } from "./evaluate.ts";
import { boundsOf, type Choice, choose } from "./kinds.ts";

/** How long status may call nothing losable once everything was cleared, and the pause between two looks at it. */
const wayBack = { longestMs: 90_000, pauseMs: 250 };

/** What status said, and what is taken for it. */
export interface Asked {
  /** Whether status called something losable only after everything had been cleared. */
  onTheWayBack: boolean;
  evaluation: Evaluation;
  choice: Choice | undefined;
  bounds: Expectations;
  window: Window;
}

/** @param random Draws only where there is something losable, so that a seed takes the same however often is asked. */
export async function ask(scene: Scene, drills: Map<string, Drill>, random: Random): Promise<Asked> {
  const observation = await probeStack(scene.stack.engine, scene.stack.name);
  const evaluation = evaluate(observation);
  const choice = choose(random, evaluation.canLose, scene.stack, observation);
  const now = Date.now();
  return {
    onTheWayBack: false,
    evaluation,
    choice,
    bounds: choice ? boundsOf(choice.way, drills) : {},
    window: { beginMs: now, endMs: now },
  };
}

/** The first moment at which status calls something losable again: it may do so too early. */
export async function askOnTheWayBack(
  scene: Scene,
  drills: Map<string, Drill>,
  random: Random,
): Promise<Asked> {
  const endsAtMs = Date.now() + wayBack.longestMs;
  for (;;) {
    const asked = await ask(scene, drills, random);
    if (asked.choice || Date.now() > endsAtMs) return { ...asked, onTheWayBack: true };
    await sleep(wayBack.pauseMs);
  }
}
