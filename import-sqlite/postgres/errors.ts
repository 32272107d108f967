import { DatabaseError } from "pg";

/** The server understood and said no. What it says of where is kept, for the sentence that people read. */
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

  /** Whether the same may succeed later and nothing of it was written: a node that ends, starts or is read-only. */
  get passes(): boolean {
    return /^(40001|40P01|25006|57P0[123]|53300|55P03|08...)$/.test(this.code);
  }
}

/** The connection is gone; what was open in it is undone, unless a commit was under way. */
export class SessionLost extends Error {
  override name = "SessionLost";
}

/** Tells apart what pg fails with. A server that ends the session because it ends itself is a connection lost. */
export function understood(error: unknown): ServerRefusal | SessionLost {
  if (error instanceof DatabaseError) {
    const refusal = new ServerRefusal(error);
    if (!refusal.passes || error.severity === "ERROR") return refusal;
  }
  return loss(error as Error);
}

export function loss(cause: Error): SessionLost {
  return new SessionLost(`the connection to the database was lost: ${cause.message}`, { cause });
}
