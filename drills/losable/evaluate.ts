import type { Expectations } from "../drill.ts";
import { Ledger, type Operation } from "../load/ledger.ts";
import { type ClientMeasures, measureClients } from "../measure.ts";
import { evaluate, type Measures } from "../verdict.ts";

/** From the loss of a part until everything is cleared; milliseconds since 1970. */
export interface Window {
  beginMs: number;
  endMs: number;
}

/**
 * What clients met while the part was away. What they waited for before it was taken is not its doing, nor what they meet
 * once everything is cleared.
 */
export function measureWindow({ operations }: Ledger, { beginMs, endMs }: Window): ClientMeasures {
  const within = new Ledger();
  for (const operation of operations) {
    const { startedAtMs, endedAtMs, attempts } = operation;
    if (endedAtMs < beginMs || startedAtMs > endMs) continue;
    within.operations.push({
      ...operation,
      startedAtMs: Math.max(startedAtMs, beginMs),
      endedAtMs: Math.min(endedAtMs, endMs),
      attempts: attempts.filter((attempt) => attempt.endedAtMs >= beginMs && attempt.endedAtMs <= endMs),
    });
  }
  return measureClients(within, beginMs);
}

/** Why the part could not be lost after all, a sentence each: none when its bounds held and nothing was lost. */
export function evaluateWindow(measures: Measures, inWindow: ClientMeasures, bounds: Expectations): string[] {
  const { wrongAnswers, readsBackInTime } = measures.clients;
  return evaluate({ ...measures, clients: { ...inWindow, wrongAnswers, readsBackInTime } }, bounds);
}

/** A newcomer signs up, logs in and leaves; who does more stays until the end. */
const newcomersOperations = 2;

/** Whether every client that stays has been served with something that it asked for after this moment. */
export function allServed({ operations }: Ledger, sinceMs: number): boolean {
  const byClient = Map.groupBy(operations, ({ client }) => client);
  const staying = [...byClient.values()].filter(({ length }) => length > newcomersOperations);
  const isServed = (own: Operation[]) =>
    own.some(({ startedAtMs, outcome }) => startedAtMs > sinceMs && outcome === "acknowledged");
  return staying.length > 0 && staying.every(isServed);
}
