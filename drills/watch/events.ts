import type { Role } from "../../infra/topology.ts";
import type { Outcome } from "../load/ledger.ts";

/** How far a drill is. */
export type Phase = "waiting" | "load" | "fault" | "recovery" | "after" | "comparison";

/** A container of the stack. */
export interface WatchedPart {
  /** As in `database-1`. */
  name: string;
  role: Role;
}

/** An operation that ended. */
export type Settled = [endedAtMs: number, tookMs: number, kind: "write" | "read", outcome: Outcome];

/** What a database node says of itself; `silent` when it has said nothing for seconds. */
export type DatabaseRole = "primary" | "replica" | "silent";

/** What the comparison at the end found, and the figures of the drill. Times are milliseconds since the fault. */
export interface Verdict {
  passed: boolean;
  reasons: string[];
  lost: number;
  twice: number;
  /** Writes that were given up, and what became of them. */
  unknown: { happened: number; didNot: number };
  operations: number;
  failedRequests: number;
  writesPauseMs: number;
  readsPauseMs: number;
  detectedAfterMs: number | null;
  newPrimary: { afterMs: number; node: string } | null;
  redundantAfterMs: number | null;
}

/** What the page is told, once and never changed later. Moments are milliseconds since 1970. */
export type DrillEvent = { atMs: number } & Told;

export type Told =
  | {
      kind: "drill";
      name: string;
      description: string;
      stack: string;
      parts: WatchedPart[];
      clients: number;
      /** The longest that a write may take; null where it has no bound. */
      writeLimitMs: number | null;
    }
  | { kind: "phase"; phase: Phase }
  | {
      kind: "requests";
      settled: Settled[];
      /** Requests that got no answer or a 5xx: when that was known, and after how long. */
      failed: [endedAtMs: number, tookMs: number][];
      /** Operations under way: when each was first sent, and whether it writes. */
      waiting: [startedAtMs: number, kind: "write" | "read"][];
    }
  | { kind: "action"; action: "inject" | "clear"; what: string }
  | { kind: "container"; part: string; action: string }
  | { kind: "database"; part: string; role: DatabaseRole; streams: boolean }
  /** The first write that a new primary acknowledged. */
  | { kind: "new primary"; part: string }
  | { kind: "missing"; missing: string[] }
  | { kind: "redundant" }
  | { kind: "verdict"; verdict: Verdict }
  /** The command was interrupted, or failed itself: there is no verdict. */
  | { kind: "abandoned"; reason: string };
