import { AsyncLocalStorage } from "node:async_hooks";

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

/** Milliseconds left to the deadline in force, at least 0; Infinity without one. */
export function remainingMs(): number {
  const until = deadlines.getStore();
  return until === undefined ? Number.POSITIVE_INFINITY : Math.max(0, until - performance.now());
}
