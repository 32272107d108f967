/**
 * What became of work that failed:
 * - refused: the server understood and said no (a constraint, a syntax error). Asking again gets the same answer.
 * - not-done: it is certain that nothing was written. Asking again is safe.
 * - unknown: a commit was on its way when the answer was lost. It may have happened, or may still happen.
 */
export type Outcome = "refused" | "not-done" | "unknown";

/** A failure that came from the way to the database and not from what was asked. Carries its outcome. */
export class DatabaseFailure extends Error {
  override name = "DatabaseFailure";
  readonly outcome: "not-done" | "unknown";

  constructor(message: string, outcome: "not-done" | "unknown", cause?: unknown) {
    super(message, { cause });
    this.outcome = outcome;
  }
}

/**
 * The connection was lost, or dropped at the statement's deadline, after the statement was sent. What became of the
 * statement depends on whether a commit was in it; whoever knows turns this into a DatabaseFailure.
 */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

/** What a Postgres error answer carries. */
export interface ServerError extends Error {
  code: string;
  severity: string;
  constraint_name?: string;
}

/** Whether the server itself answered with this error. */
export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && "severity" in error && "code" in error && typeof error.code === "string";
}

/** Whether a unique constraint refused it, and its name is this. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  return isServerError(error) && error.code === "23505" && error.constraint_name === constraint;
}

/**
 * Codes after which the same work may succeed and the server has written nothing of it: serialization and deadlock,
 * a node that is or became read-only, one that shuts down or starts, too many connections, a lock not had in time.
 */
const passingCodes = /^(40001|40P01|25006|57P0[123]|57014|53300|53400|55P03|08...)$/;

/** Codes that tell something about the server and not about the statement: its connection is of no more use. */
const connectionCodes = /^(25006|57P0[123]|08...)$/;

/** Whether a connection that gave this error must not be used again. */
export function spoilsConnection(error: unknown): boolean {
  if (!isServerError(error)) return true;
  return error.severity !== "ERROR" || connectionCodes.test(error.code);
}

/** Users belong to the whole server: two databases that change one at once collide, and Postgres has no code for it. */
function isCatalogRace({ code, message }: ServerError): boolean {
  return code === "XX000" && message === "tuple concurrently updated";
}

/** @param error What a statement, a transaction or the wait for a connection was rejected with. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof DatabaseFailure) return error.outcome;
  return isServerError(error) && (passingCodes.test(error.code) || isCatalogRace(error))
    ? "not-done"
    : "refused";
}

/** The server's own words for why it could not be reached, where it had any. */
export function serverErrorIn(error: unknown): ServerError | undefined {
  if (isServerError(error)) return error;
  return error instanceof Error && error.cause !== undefined ? serverErrorIn(error.cause) : undefined;
}
