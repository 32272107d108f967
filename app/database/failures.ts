/**
 * What became of work that failed:
 * - refused: the server rejected it (a constraint, a syntax error). Trying again gets the same answer.
 * - not-done: certainly nothing was written. Trying again is safe.
 * - unknown: a commit had been sent when the answer was lost. It may have happened, or may still happen.
 */
export type Outcome = "refused" | "not-done" | "unknown";

/** The database could not be reached or did not answer; the statement itself was not at fault. */
export class DatabaseFailure extends Error {
  override name = "DatabaseFailure";
  readonly outcome: "not-done" | "unknown";

  constructor(message: string, outcome: "not-done" | "unknown", cause?: unknown) {
    super(message, { cause });
    this.outcome = outcome;
  }
}

/**
 * The connection was lost, or dropped at the statement's deadline, after the statement was sent. The outcome depends on
 * whether the statement commits; the caller, who knows, turns this into a DatabaseFailure.
 */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

/** An error that Postgres itself answered with. */
export interface ServerError extends Error {
  code: string;
  severity: string;
  constraint_name?: string;
}

/** Whether the server itself answered with this error. */
export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && "severity" in error && "code" in error && typeof error.code === "string";
}

/** Whether this is a violation of the unique constraint of this name. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  return isServerError(error) && error.code === "23505" && error.constraint_name === constraint;
}

/**
 * Classes and codes after which nothing was written and the same work may succeed, perhaps on another server:
 * - 08 connection, 53 resources that ran out (disk, memory, connections), 57 an operator or a server that stops or starts,
 *   58 the system below (an input/output error, a missing file), XX001 and XX002 a damaged page or index;
 * - 40001 and 40P01 serialization failure and deadlock, 25006 a server that is read-only, 25P03 and 25P04 a transaction
 *   that took too long, 55P03 a lock not obtained in time, 72000 a snapshot that is too old.
 *
 * The rest is about the statement or about us: 22 and 23 what was written, 28 who logs in, 42 the SQL, XX000 Postgres.
 */
const transientCodes = /^((08|53|57|58)...|40001|40P01|25006|25P0[34]|55P03|72000|XX00[12])$/;

/** Codes that are about the server and not the statement: the connection is of no more use. */
const connectionCodes = /^(25006|25P0[34]|57P0.|58...|08...)$/;

/** Whether a connection on which this error occurred must not be used again. */
export function spoilsConnection(error: unknown): boolean {
  if (!isServerError(error)) return true;
  return error.severity !== "ERROR" || connectionCodes.test(error.code);
}

/** All databases of a server share its users: changing one in two at once fails, for which Postgres has no code. */
function isCatalogRace({ code, message }: ServerError): boolean {
  return code === "XX000" && message === "tuple concurrently updated";
}

/** @param error What a statement, a transaction or the wait for a connection was rejected with. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof DatabaseFailure) return error.outcome;
  return isServerError(error) && (transientCodes.test(error.code) || isCatalogRace(error))
    ? "not-done"
    : "refused";
}

/** The server's own error among the causes of this one, if there is one. */
export function serverErrorIn(error: unknown): ServerError | undefined {
  if (isServerError(error)) return error;
  return error instanceof Error && error.cause !== undefined ? serverErrorIn(error.cause) : undefined;
}
