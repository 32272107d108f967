import { setTimeout as sleep } from "node:timers/promises";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Operation } from "../load/ledger.ts";
import { compare, type Differences } from "./compare.ts";
import { type Contents, readOn, readThrough, removeAccounts } from "./contents.ts";
import { compareObjects } from "./objects.ts";
import { forks, readTimelines } from "./timelines.ts";

export interface CheckOutcome {
  differences: Omit<Differences, "unknown">;
  /** Writes with an unknown outcome, and what became of them. */
  unknown: Differences["unknown"];
  forks: string[];
}

/** How far a replica may lag before a missing write counts as lost, in milliseconds. */
const catchUpMs = 15_000;

/**
 * Compares the ledger with the database through both of its addresses, with every node directly, and with the object
 * store.
 * @param timelineBefore The timeline before the first fault.
 */
export async function check(
  stack: RunningStack,
  operations: Operation[],
  handlePrefix: string,
  timelineBefore: number,
): Promise<CheckOutcome> {
  const { databaseUrl, databaseReadUrl } = stack.outputs;
  const sources: Record<string, () => Promise<Contents>> = {
    "through databaseUrl": () => readThrough(databaseUrl, handlePrefix),
    "through databaseReadUrl": () => readThrough(databaseReadUrl, handlePrefix),
  };
  for (const part of stack.parts("database")) {
    sources[`on ${part.name}`] = () => readOn(part, handlePrefix);
  }
  const outcome: CheckOutcome = {
    differences: { lost: [], twice: [], refusedButDone: [] },
    unknown: { happened: 0, didNot: 0 },
    forks: [],
  };
  for (const [source, read] of Object.entries(sources)) {
    const { unknown, ...differences } = await compareUntilCaughtUp(operations, read);
    outcome.unknown = unknown;
    for (const [kind, found] of Object.entries(differences) as [keyof typeof differences, string[]][]) {
      outcome.differences[kind].push(...found.map((what) => `${source}: ${what}`));
    }
  }
  outcome.differences.lost.push(...(await compareObjects(operations)));
  const timelines = await Promise.all(stack.parts("database").map((part) => readTimelines(part)));
  outcome.forks = forks(timelines, timelineBefore);
  return outcome;
}

async function compareUntilCaughtUp(
  operations: Operation[],
  read: () => Promise<Contents>,
): Promise<Differences> {
  const endsAtMs = Date.now() + catchUpMs;
  for (;;) {
    const differences = compare(operations, await read());
    if (differences.lost.length === 0 || Date.now() > endsAtMs) return differences;
    await sleep(500);
  }
}

/** Removes the load's accounts, so that drills leave no trace in the service's data. */
export function cleanUp(stack: RunningStack, handlePrefix: string): Promise<void> {
  return removeAccounts(stack.outputs.databaseUrl, handlePrefix);
}
