import type { Differences } from "./check/compare.ts";
import type { Expectations } from "./drill.ts";
import type { ClientMeasures } from "./measure.ts";
import type { StackMeasures } from "./measure-stack.ts";

/** All that was measured in one drill. */
export interface Measures {
  clients: ClientMeasures;
  stack: StackMeasures;
  /** On each node and through both addresses: where the ledger and the database differ. */
  differences: Omit<Differences, "unknown">;
  forks: string[];
  /** Until fully redundant, from the first fault and from the last thing done; null when it never was. */
  recovery: { afterInjectMs: number; afterClearMs: number } | null;
  /** What did not recover by itself and had to be repaired. */
  repaired: string[];
}

/**
 * Why a drill has failed, a sentence for each reason; none when it has passed.
 * @param expected Bounds of this drill, beside what is never allowed.
 */
export function evaluate(measures: Measures, expected: Expectations): string[] {
  return [
    ...evaluateData(measures),
    ...evaluateStack(measures, expected),
    ...evaluateClients(measures, expected),
  ];
}

function evaluateData({ clients, differences, forks, stack }: Measures): string[] {
  return [
    ...several(differences.lost, "acknowledged writes were lost"),
    ...several(differences.twice, "writes were done twice"),
    ...several(differences.refusedButDone, "refused writes were done all the same"),
    ...several(clients.readsBackInTime, "reads went back in time"),
    ...several(clients.wrongAnswers, "answers were wrong"),
    ...several(forks, "forks in the timelines"),
    ...several(stack.twoPrimaries, "writes were taken by two nodes at once"),
  ];
}

function evaluateStack({ recovery, repaired, stack }: Measures, expected: Expectations): string[] {
  const { recoveryMs = 90_000, newPrimary } = expected;
  const reasons = newPrimary && !stack.newPrimary ? ["no other node became primary"] : [];
  if (recovery) return [...reasons, ...above(recovery.afterClearMs, recoveryMs, "until fully redundant")];
  return [...reasons, `not fully redundant by itself within ${seconds(recoveryMs)}: ${repaired.join("; ")}`];
}

function evaluateClients({ clients }: Measures, expected: Expectations): string[] {
  const { failedRequests, writesPauseMs, readsPauseMs } = expected;
  const reasons: string[] = [];
  if (clients.acknowledgedWrites === 0) reasons.push("no write was acknowledged after the fault");
  if (clients.failedBefore > 0) reasons.push(`${clients.failedBefore} requests failed before the fault`);
  if (failedRequests !== undefined) reasons.push(...evaluateFailures(clients, failedRequests));
  if (expected.failedReads !== undefined && clients.failedReads > expected.failedReads)
    reasons.push(
      `${clients.failedReads} reads failed, allowed are ${expected.failedReads} (${listed(clients.failures)})`,
    );
  const unclear = Object.values(clients.notToldToComeBack).reduce((sum, count) => sum + count, 0);
  if (expected.toldToComeBack && unclear > 0)
    reasons.push(
      `${unclear} requests failed and were not told to come back (${listed(clients.notToldToComeBack)})`,
    );
  if (writesPauseMs !== undefined)
    reasons.push(...above(clients.writesPauseMs, writesPauseMs, "for a write"));
  if (readsPauseMs !== undefined) reasons.push(...above(clients.readsPauseMs, readsPauseMs, "for a read"));
  return reasons;
}

function evaluateFailures(clients: ClientMeasures, allowed: number | "in flight"): string[] {
  const counted =
    allowed === "in flight" ? clients.failedRequests - clients.failedInFlight : clients.failedRequests;
  const most = allowed === "in flight" ? 0 : allowed;
  if (counted <= most) return [];
  const beyond = allowed === "in flight" ? " that were not in flight" : "";
  return [`${counted} requests${beyond} failed, allowed are ${most} (${listed(clients.failures)})`];
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} × ${name}`)
    .join(", ");
}

function above(ms: number, mostMs: number, what: string): string[] {
  return ms > mostMs ? [`${seconds(ms)} ${what}, allowed are ${seconds(mostMs)}`] : [];
}

/** The first few in full: enough to start from. */
function several(list: string[], what: string): string[] {
  if (list.length === 0) return [];
  const more = list.length > 3 ? ` and ${list.length - 3} more` : "";
  return [`${list.length} ${what}: ${list.slice(0, 3).join("; ")}${more}`];
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
