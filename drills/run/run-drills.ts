import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Drill, Expectations } from "../drill.ts";
import { openResults, recordDrill, saveResults } from "../report/record.ts";
import { writeRunLog } from "../report/run-log.ts";
import type { Watch } from "../watch/watch.ts";
import { describe } from "./describe.ts";
import type { DrillCommand } from "./options.ts";
import { runDrill } from "./run-drill.ts";
import { verdictOf } from "./watch-verdict.ts";

const settings = {
  full: { beforeMs: 6_000, afterMs: 4_000, users: 8 },
  short: { beforeMs: 3_000, afterMs: 1_500, users: 6 },
};

/** Tests share a machine that may be busy with anything, so times get slack; lost and duplicate writes do not. */
const shortSlack = 10;

/** The drills that `npm test` runs. */
const shortDrills = ["app-node-killed", "primary-killed", "proxy-killed"];

/**
 * Runs drills one after the other and says how each went.
 * @returns The names of those that failed.
 */
export async function runDrills(
  stack: RunningStack,
  command: DrillCommand,
  drills: Map<string, Drill>,
  watch?: Watch,
): Promise<string[]> {
  const isShort = command.short && command.names.length === 0;
  const chosen = [...drills].filter(([name]) => !isShort || shortDrills.includes(name));
  const results = command.record ? await openResults(stack) : undefined;
  const failed: string[] = [];
  const skipped: string[] = [];
  for (const [name, drill] of chosen) {
    const refused = command.names.length === 0 ? await drill.refusal?.(stack) : undefined;
    if (refused) {
      console.log(`skipped  ${name}: ${refused}`);
      skipped.push(name);
      continue;
    }
    const options = { seed: command.seed, watch, ...settings[command.short ? "short" : "full"] };
    const patient = command.short ? { ...drill, expected: slackened(drill.expected) } : drill;
    const run = await runDrill(stack, name, patient, options);
    const { injectedAtMs } = stack.journal;
    console.log(describe(run));
    const log = writeRunLog(stack.name, run, injectedAtMs);
    if (watch) console.log(`        its page: ${watch.conclude(stack.name, verdictOf(run))}`);
    if (run.reasons.length > 0) {
      failed.push(name);
      console.log(`        full log: ${log}`);
    }
    if (results) {
      recordDrill(results, run, injectedAtMs);
      saveResults(results);
    }
  }
  console.log(
    failed.length === 0
      ? `All ${chosen.length - skipped.length} drills passed${skipped.length > 0 ? `, ${skipped.length} were skipped` : ""}.`
      : `${failed.length} of ${chosen.length} drills failed: ${failed.join(", ")}.`,
  );
  return failed;
}

function slackened(expected: Expectations): Expectations {
  const { writesPauseMs, readsPauseMs } = expected;
  return {
    ...expected,
    ...(writesPauseMs === undefined ? {} : { writesPauseMs: writesPauseMs * shortSlack }),
    ...(readsPauseMs === undefined ? {} : { readsPauseMs: readsPauseMs * shortSlack }),
  };
}
