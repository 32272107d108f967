import { setTimeout as sleep } from "node:timers/promises";
import { type Tracing, untraced } from "../tracing/tracing.ts";
import { remainingMs, withinMs } from "./deadline.ts";
import { DatabaseFailure, outcomeOf } from "./failures.ts";

export interface RetryOptions {
  /** For all attempts and the pauses between them. */
  budgetMs: number;
  /** For one attempt, if it should be abandoned and retried before the budget ends. */
  attemptMs?: number;
  /** Nothing is written, so a lost answer leaves nothing unknown. */
  readOnly?: boolean;
  /** Called for each failed attempt that is retried. */
  onRetry: (error: unknown) => void;
  /** Has a span for each attempt. */
  tracing?: Tracing;
}

const maxAttempts = 12;
/** While the server is away the pool sets the pace; this only keeps callers from retrying in step. */
const pauseMs = { first: 10, longest: 500 };

/**
 * Runs work against the database until it succeeds, is refused, or the budget ends. Nothing else retries.
 *
 * An attempt whose outcome is unknown is repeated too, so the work must be safe to repeat: it writes rows under
 * identifiers chosen before the first attempt, and finds what an earlier attempt did instead of doing it again. If both
 * insert the same key, Postgres makes the second attempt wait for the first, so this holds even while the first is
 * still running.
 *
 * @throws The server's error if it refuses the work; otherwise DatabaseFailure, "unknown" if any attempt was, or
 *   "not-done".
 */
export function retrying<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  return withinMs(options.budgetMs, () => attempts(options, work));
}

async function attempts<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const { tracing = untraced } = options;
  let outcomeUnknown = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return await tracing.span("database attempt", { "capstone.attempt": attempt }, () =>
        withinMs(options.attemptMs ?? options.budgetMs, work),
      );
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome === "refused") throw error;
      outcomeUnknown ||= outcome === "unknown" && !options.readOnly;
      const delayMs =
        Math.min(pauseMs.longest, pauseMs.first * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      if (attempt === maxAttempts || remainingMs() <= delayMs) {
        throw new DatabaseFailure((error as Error).message, outcomeUnknown ? "unknown" : "not-done", error);
      }
      options.onRetry(error);
      await sleep(delayMs);
    }
  }
}
