import type { Verdict } from "../watch/events.ts";
import type { DrillRun } from "./run-drill.ts";

/** What the live page says of a drill that has ended. */
export function verdictOf({ reasons, measures, unknown }: DrillRun): Verdict {
  const { clients, stack, differences, recovery } = measures;
  return {
    passed: reasons.length === 0,
    reasons,
    lost: differences.lost.length,
    twice: differences.twice.length,
    unknown,
    operations: clients.operations,
    failedRequests: clients.failedRequests,
    writesPauseMs: clients.writesPauseMs,
    readsPauseMs: clients.readsPauseMs,
    detectedAfterMs: stack.detected?.afterMs ?? null,
    newPrimary: stack.newPrimary,
    redundantAfterMs: recovery?.afterInjectMs ?? null,
  };
}
