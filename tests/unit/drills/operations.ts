import type { Attempt, Effect, Kind, Operation, Outcome } from "../../../drills/load/ledger.ts";

/** @param answer Its status, or why there was none. */
export function attempt(
  startedAtMs: number,
  endedAtMs: number,
  answer: number | string = 200,
  retryAfter?: number,
): Attempt {
  const status = typeof answer === "number" ? answer : undefined;
  const failure = typeof answer === "number" ? undefined : answer;
  return { startedAtMs, endedAtMs, status, failure, servedBy: "app-1", retryAfter };
}

/** An operation as the load would have noted it. */
export function operation(
  kind: Kind,
  outcome: Outcome,
  effect: Effect | undefined,
  attempts: Attempt[] = [attempt(0, 10)],
): Operation {
  const startedAtMs = attempts[0]?.startedAtMs ?? 0;
  const endedAtMs = attempts.at(-1)?.endedAtMs ?? 0;
  return { kind, client: "ada", startedAtMs, endedAtMs, outcome, attempts, effect, wrong: undefined };
}
