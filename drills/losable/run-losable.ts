import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Drill } from "../drill.ts";
import { measuredCommit } from "../report/environment.ts";
import { writeDocuments } from "../report/record.ts";
import type { DrillCommand } from "../run/options.ts";
import { seconds } from "../verdict.ts";
import { type LosableRun, recordLosable } from "./losable-results.ts";
import { runSeed } from "./run-seed.ts";

/** Of the runs in a row in which status calls nothing losable. */
const mostInVain = 20;

/**
 * Brings the stack into states that drills leave behind, asks status, takes what it calls losable, and holds it to that
 * part's bounds. The first run has the given seed and each further one the next: `--count 1 --seed S` runs that one again.
 * @returns The runs in which something was wrong.
 */
export async function runLosable(
  stack: RunningStack,
  drills: Map<string, Drill>,
  { seed, soak: { count, minutes }, record }: DrillCommand,
): Promise<LosableRun[]> {
  const endsAtMs = minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000;
  const most = count ?? Number.POSITIVE_INFINITY;
  // Whoever edits the sources while this runs changes nothing of it.
  const commit = measuredCommit();
  const wrong: LosableRun[] = [];
  let [taken, inVain] = [0, 0];
  for (let next = seed; taken < most && inVain < mostInVain && Date.now() < endsAtMs; next++) {
    const run = await evaluateSeed(stack, drills, { seed: next, commit });
    if (run.taken) [taken, inVain] = [taken + 1, 0];
    else inVain++;
    console.log(describe(run));
    if (run.verdict === "surprise" || (run.verdict === "nothing losable" && run.reasons.length > 0))
      wrong.push(run);
    if (record) {
      recordLosable(run);
      writeDocuments();
    }
  }
  console.log(`${taken} parts taken, ${wrong.length} surprises.`);
  return wrong;
}

/** A broken bound is held against status only if it holds when nothing is taken. */
async function evaluateSeed(
  stack: RunningStack,
  drills: Map<string, Drill>,
  which: { seed: number; commit: string },
): Promise<LosableRun> {
  const run = await runSeed(stack, drills, which, true);
  if (run.verdict !== "surprise") return run;
  console.log(`${describe(run)}\n        again with seed ${which.seed}, taking nothing`);
  const control = await runSeed(stack, drills, which, false);
  return attribute(run, control);
}

/** @param control The same run, in which nothing was taken. */
export function attribute(run: LosableRun, control: LosableRun): LosableRun {
  if (control.reasons.length === 0) return run;
  const own = control.reasons.map((reason) => `taking nothing: ${reason}`);
  return { ...run, verdict: "state's own", reasons: [...run.reasons, ...own] };
}

/** One line, and the reasons below. */
export function describe({
  seed,
  states,
  said,
  taken,
  measured,
  verdict,
  reasons,
  loadAverage,
}: LosableRun): string {
  const facts = [
    `seed ${seed}: ${states.join(" and ")}`,
    `${said.state}, ${said.losable.length} kinds losable`,
    ...(taken && measured
      ? [
          `${taken.part}${taken.wasPrimary ? " (primary)" : ""} ${taken.how}`,
          `${measured.failedRequests - measured.failedInFlight} requests failed beyond ${measured.failedInFlight} in flight`,
          `writes paused ${seconds(measured.writesPauseMs)} of ${seconds(measured.allowedPauseMs)}`,
          ...(measured.newPrimaryMs === null ? [] : [`new primary after ${seconds(measured.newPrimaryMs)}`]),
        ]
      : []),
    `load ${loadAverage}`,
  ];
  const line = `${verdict === "surprise" ? "SURPRISE" : verdict}  ${facts.join("; ")}`;
  return [line, ...reasons.map((reason) => `        ${reason}`)].join("\n");
}
