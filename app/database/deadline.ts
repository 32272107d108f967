import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const deadlines = new AsyncLocalStorage<number>();

/**
 * Runs work that must end within this time: waits for a connection and for answers inside it are cut to what is left.
 * An earlier deadline that is already in force stays in force.
 */
export function withinMs<T>(budgetMs: number, work: () => T): T {
  const until = performance.now() + budgetMs;
  const inForce = deadlines.getStore();
  return inForce !== undefined && inForce <= until ? work() : deadlines.run(until, work);
}

/** As withinMs, but counted from now whatever is in force: for work that begins only after a long arrival. */
export function fromNowWithinMs<T>(budgetMs: number, work: () => T): T {
  return deadlines.run(performance.now() + budgetMs, work);
}

/**
 * Waits for the work no longer than this, and lets it end by itself. Unlike a deadline this costs no connection: a
 * statement that is late is still answered, and its connection used again.
 * @returns What came in time, else the fallback; also where the work failed.
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

/** Milliseconds left to the deadline in force, at least 0; Infinity without one. */
export function remainingMs(): number {
  const until = deadlines.getStore();
  return until === undefined ? Number.POSITIVE_INFINITY : Math.max(0, until - performance.now());
}
