import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const deadlines = new AsyncLocalStorage<number>();

/**
 * Runs work under a deadline: inside it, waits for a connection or an answer last no longer than the time left.
 * An earlier deadline that is already in force stays in force.
 */
export function withinMs<T>(budgetMs: number, work: () => T): T {
  const until = performance.now() + budgetMs;
  const inForce = deadlines.getStore();
  return inForce !== undefined && inForce <= until ? work() : deadlines.run(until, work);
}

/** Like withinMs, but replaces a deadline in force: for work that begins only after a slow upload. */
export function fromNowWithinMs<T>(budgetMs: number, work: () => T): T {
  return deadlines.run(performance.now() + budgetMs, work);
}

/**
 * Waits for the work no longer than this, but lets it finish. Unlike a deadline this costs no connection: a late
 * statement still gets its answer, and its connection is used again.
 * @returns The result if it comes in time; the fallback if it is late or the work fails.
 */
export async function patiently<T>(patienceMs: number, work: Promise<T>, fallback: () => T): Promise<T> {
  const tooLate = new AbortController();
  try {
    const late = sleep(patienceMs, undefined, { ref: false, signal: tooLate.signal }).then(fallback);
    late.catch(() => {});
    return await Promise.race([work.catch(fallback), late]);
  } finally {
    tooLate.abort();
  }
}

/** Milliseconds until the deadline in force, at least 0; Infinity without one. */
export function remainingMs(): number {
  const until = deadlines.getStore();
  return until === undefined ? Number.POSITIVE_INFINITY : Math.max(0, until - performance.now());
}
