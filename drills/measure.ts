import type { Attempt, Ledger, Operation } from "./load/ledger.ts";
import { failed, kinds, toldToComeBack } from "./load/ledger.ts";

/** Latencies of answered operations, in milliseconds. */
export interface Latency {
  count: number;
  medianMs: number;
  p99Ms: number;
}

/** What clients experienced from the fault on. */
export interface ClientMeasures {
  operations: number;
  acknowledgedWrites: number;
  /** Requests that failed, even if a retry succeeded. */
  failedRequests: number;
  /** Of these, those under way when the fault was injected. */
  failedInFlight: number;
  /** Requests that failed before the fault: a drill that has any proves nothing. */
  failedBefore: number;
  /** What failed, and how often, as in `post: 503`. */
  failures: Record<string, number>;
  /** Of the failed requests, those that read. */
  failedReads: number;
  /** Of the failed requests, those that were not told to come back: answered with something else, or not at all. */
  notToldToComeBack: Record<string, number>;
  /** Writes given up with an unknown outcome. */
  unknownWrites: number;
  /** Answers that the contract does not allow. */
  wrongAnswers: string[];
  readsBackInTime: string[];
  /** The longest that one write took, from the first attempt until it was settled. */
  writesPauseMs: number;
  readsPauseMs: number;
  /** The longest time in which no write of anyone was acknowledged. */
  writesSilenceMs: number;
  before: { writes: Latency; reads: Latency };
}

/** A request sent this long after the fault still counts as in flight. */
const inFlightGraceMs = 50;

/** @param injectedAtMs When the fault began; what ended before is the baseline. */
export function measureClients({ operations, regressions }: Ledger, injectedAtMs: number): ClientMeasures {
  const after = operations.filter(({ endedAtMs }) => endedAtMs >= injectedAtMs);
  const before = operations.filter(({ endedAtMs }) => endedAtMs < injectedAtMs);
  const attemptsAfter = failedAttempts(operations).filter(({ endedAtMs }) => endedAtMs >= injectedAtMs);
  const attemptsBefore = failedAttempts(operations).filter(({ endedAtMs }) => endedAtMs < injectedAtMs);
  const writesAfter = after.filter(isWrite);
  return {
    operations: after.length,
    acknowledgedWrites: writesAfter.filter(({ outcome }) => outcome === "acknowledged").length,
    failedRequests: attemptsAfter.length,
    failedInFlight: attemptsAfter.filter(({ startedAtMs }) => startedAtMs <= injectedAtMs + inFlightGraceMs)
      .length,
    failedBefore: attemptsBefore.length,
    failures: countFailures(after),
    failedReads: failedAttempts(after.filter((operation) => !isWrite(operation))).length,
    notToldToComeBack: countFailures(after, (attempt) => !toldToComeBack(attempt)),
    unknownWrites: writesAfter.filter(({ outcome }) => outcome === "unknown").length,
    wrongAnswers: operations.flatMap(({ kind, wrong }) => (wrong ? [`${kind}: ${wrong}`] : [])),
    readsBackInTime: regressions.map(({ client, kind, what }) => `${client}: ${kind}: ${what}`),
    writesPauseMs: longest(writesAfter),
    readsPauseMs: longest(after.filter((operation) => !isWrite(operation))),
    writesSilenceMs: longestSilence(writesAfter, injectedAtMs),
    before: {
      writes: latency(before.filter(isWrite)),
      reads: latency(before.filter((operation) => !isWrite(operation))),
    },
  };
}

export function isWrite({ kind }: Pick<Operation, "kind">): boolean {
  return kinds[kind] === "write";
}

function failedAttempts(operations: Operation[]): Attempt[] {
  return operations.flatMap(({ attempts }) => attempts.filter(failed));
}

function countFailures(
  operations: Operation[],
  counted: (attempt: Attempt) => boolean = () => true,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, attempts } of operations) {
    for (const { status, failure } of attempts.filter((attempt) => failed(attempt) && counted(attempt))) {
      const name = `${kind}: ${status ?? failure}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}

function longest(operations: Operation[]): number {
  return operations.reduce((most, { startedAtMs, endedAtMs }) => Math.max(most, endedAtMs - startedAtMs), 0);
}

function longestSilence(writes: Operation[], fromMs: number): number {
  const moments = writes
    .filter(({ outcome }) => outcome === "acknowledged")
    .map(({ endedAtMs }) => endedAtMs)
    .toSorted((a, b) => a - b);
  let most = 0;
  let lastMs = fromMs;
  for (const moment of moments) {
    most = Math.max(most, moment - lastMs);
    lastMs = moment;
  }
  return most;
}

export function latency(operations: Operation[]): Latency {
  const sorted = operations
    .filter(({ outcome }) => outcome === "acknowledged")
    .map(({ startedAtMs, endedAtMs }) => endedAtMs - startedAtMs)
    .toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    medianMs: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}

/** @param sorted Smallest first. */
export function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
