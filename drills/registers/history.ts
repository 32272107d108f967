/** What a client asks of a register. A swap writes if the register holds what was expected. */
export type Request =
  | { kind: "read" }
  | { kind: "write"; value: string }
  | { kind: "swap"; value: string; expected: string };

/** What it was told. A write is done or it has no answer. */
export interface Answer {
  /** What a read showed. */
  value?: string;
  /** Whether a swap found what it expected. */
  swapped?: boolean;
}

/**
 * `unknown`: it may happen at any time from now on, or never. `not-done`: certainly not, as if it had never been asked.
 */
export type Outcome = Answer | "unknown" | "not-done";

/** One operation. Moments are nanoseconds of one clock. */
export type RegisterOperation = Request &
  Answer & {
    client: number;
    register: string;
    call: number;
    /** Null where nobody knows what became of it. */
    return: number | null;
  };

/** Everything that clients did to registers, in the words of drills/registers/checker/register.go. */
export class History {
  readonly operations: RegisterOperation[] = [];

  /**
   * Does it and records what came of it. A read without an answer says nothing, so it is left out.
   * @returns What was told, or undefined.
   */
  async record(
    client: number,
    register: string,
    request: Request,
    ask: () => Promise<Outcome>,
  ): Promise<Answer | undefined> {
    const call = now();
    const outcome = await ask();
    const known = typeof outcome !== "string";
    if (outcome === "not-done" || (request.kind === "read" && !known)) return undefined;
    const answer = known ? outcome : {};
    this.operations.push({ client, register, ...request, ...answer, call, return: known ? now() : null });
    return known ? answer : undefined;
  }

  /** As the checker reads it. */
  toString(): string {
    return this.operations.map((operation) => `${JSON.stringify(operation)}\n`).join("");
  }
}

/** Of the one process that all clients are in. */
function now(): number {
  return Math.round(performance.now() * 1e6);
}
