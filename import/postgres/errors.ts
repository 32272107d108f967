/** The server understood and said no. What it says of where is kept, for the sentence that people read. */
export class ServerRefusal extends Error {
  override name = "ServerRefusal";
  readonly code: string;
  readonly detail: string;
  readonly where: string;
  readonly table: string;
  readonly column: string;
  readonly constraint: string;

  constructor(fields: Record<string, string>) {
    super(fields.M ?? "no message");
    this.code = fields.C ?? "";
    this.detail = fields.D ?? "";
    this.where = fields.W ?? "";
    this.table = fields.t ?? "";
    this.column = fields.c ?? "";
    this.constraint = fields.n ?? "";
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
