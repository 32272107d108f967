/** What clients do. */
export const kinds = {
  "sign-up": "write",
  "log-in": "write",
  refresh: "write",
  "log-out": "write",
  post: "write",
  "post again": "write",
  profile: "write",
  avatar: "write",
  me: "read",
  account: "read",
  posts: "read",
  page: "read",
  asset: "read",
} as const;
export type Kind = keyof typeof kinds;

/**
 * What became of an operation: `acknowledged` with 2xx; `refused`, certainly not done; or `unknown`: no answer,
 * or one that leaves it open.
 */
export type Outcome = "acknowledged" | "refused" | "unknown";

/** One request. Moments are milliseconds since 1970. */
export interface Attempt {
  startedAtMs: number;
  endedAtMs: number;
  /** Undefined where there was no answer. */
  status: number | undefined;
  /** Why there was none. */
  failure: string | undefined;
  servedBy: string | undefined;
  /** Seconds to wait, as the answer's retry-after says; undefined where it says nothing. */
  retryAfter?: number | undefined;
}

/** What an operation was to change, for the comparison with the database. */
export type Effect =
  | { kind: "account"; handle: string; accountId?: string }
  | { kind: "post"; handle: string; body: string; postId?: string }
  | { kind: "profile"; handle: string; bio: string }
  | { kind: "avatar"; handle: string; url?: string }
  | { kind: "session"; handle: string; sessionId?: string; ended?: boolean };

/** One thing a client did, with every request it took. */
export interface Operation {
  kind: Kind;
  client: string;
  startedAtMs: number;
  endedAtMs: number;
  outcome: Outcome;
  attempts: Attempt[];
  effect: Effect | undefined;
  /** What was wrong with the answer, if it was one that the contract does not allow. */
  wrong: string | undefined;
}

/** A read that showed less than had been acknowledged to the same client. */
export interface Regression {
  atMs: number;
  client: string;
  kind: Kind;
  /** As in "posts shows #7 after #9 was acknowledged". */
  what: string;
}

/** An operation that has not ended, with the requests that it took so far. */
export type OperationUnderWay = Pick<Operation, "kind" | "startedAtMs" | "attempts">;

/** Every operation of a drill. */
export class Ledger {
  /** Those that ended. */
  readonly operations: Operation[] = [];
  readonly underWay = new Set<OperationUnderWay>();
  readonly regressions: Regression[] = [];
}

/** Whether a request counts as failed: no answer, or a 5xx. */
export function failed(attempt: Attempt): boolean {
  return attempt.status === undefined || attempt.status >= 500;
}

/** Whether the client was told to come back later: 503 with retry-after. */
export function toldToComeBack({ status, retryAfter }: Attempt): boolean {
  return status === 503 && retryAfter !== undefined;
}
