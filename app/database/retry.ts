import { setTimeout as sleep } from "node:timers/promises";
import { remainingMs, withinMs } from "./deadline.ts";
import { DatabaseFailure, outcomeOf } from "./failures.ts";

export interface RetryOptions {
  /** All attempts and the pauses between them. */
  budgetMs: number;
  /** One attempt, where it should be given up and made again before the budget ends. */
  attemptMs?: number;
  /** Nothing is written, so no outcome is unknown. */
  readOnly?: boolean;
  /** Told of each failed attempt that is made again. */
  onRetry: (error: unknown) => void;
}

const maxAttempts = 12;
/** The pool paces attempts while the server is away; this only keeps callers from marching in step. */
const pauseMs = { first: 10, longest: 500 };

/**
 * Runs work against the database until it succeeds, is refused, or the budget ends. The one place that retries.
 *
 * An attempt whose outcome is unknown is made again too, so the work must be safe to repeat: it writes rows under
 * identifiers chosen before the first attempt, and finds what an earlier attempt has done instead of doing it again.
 * Postgres makes a second attempt wait for the first where both insert the same key, so this holds even while the
 * first is still on its way.
 *
 * @throws What refused the work; or DatabaseFailure, "unknown" if any attempt was, else "not-done".
 */
export function retrying<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  return withinMs(options.budgetMs, () => attempts(options, work));
}

async function attempts<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  let outcomeUnknown = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return await withinMs(options.attemptMs ?? options.budgetMs, work);
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
