import { DatabaseError } from "pg";

/** The server refused a statement. Keeps where, for the sentence that people read. */
export class ServerRefusal extends Error {
  override name = "ServerRefusal";
  readonly code: string;
  readonly detail: string;
  readonly where: string;
  readonly column: string;

  constructor(error: DatabaseError) {
    super(error.message, { cause: error });
    this.code = error.code ?? "";
    this.detail = error.detail ?? "";
    this.where = error.where ?? "";
    this.column = error.column ?? "";
  }

  /** Whether it is transient and nothing was written: a node that is stopping, starting or read-only. */
  get passes(): boolean {
    return /^(40001|40P01|25006|57P0[123]|53300|55P03|08...)$/.test(this.code);
  }
}

/** The connection is gone; an open transaction is rolled back, unless a commit was under way. */
export class SessionLost extends Error {
  override name = "SessionLost";
}

/** Classifies pg's errors. A server that is shutting down counts as a lost connection. */
export function classify(error: unknown): ServerRefusal | SessionLost {
  if (error instanceof DatabaseError) {
    const refusal = new ServerRefusal(error);
    if (!refusal.passes || error.severity === "ERROR") return refusal;
  }
  return connectionLost(error as Error);
}

export function connectionLost(cause: Error): SessionLost {
  return new SessionLost(`the connection to the database was lost: ${cause.message}`, { cause });
}
