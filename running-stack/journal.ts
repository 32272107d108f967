/** Something done to the stack; times are milliseconds since 1970. */
export interface Action {
  atMs: number;
  /** When it ended; undefined while it is under way. */
  doneMs: number | undefined;
  /** `inject` begins a fault, `clear` ends one. */
  kind: "inject" | "clear";
  /** As in "app-1: killed". */
  what: string;
}

/** Records every action of a drill, so that the picture and the verdict know when the fault began and ended. */
export class Journal {
  readonly actions: Action[] = [];

  /** Runs the work and records when it began and ended. */
  async note<T>(kind: Action["kind"], what: string, work: () => Promise<T>): Promise<T> {
    const action: Action = { atMs: Date.now(), doneMs: undefined, kind, what };
    this.actions.push(action);
    try {
      return await work();
    } finally {
      action.doneMs = Date.now();
    }
  }

  /** When the first fault was injected; now, if none was. */
  get injectedAtMs(): number {
    return this.actions.find(({ kind }) => kind === "inject")?.atMs ?? Date.now();
  }

  /** When the last action ended: from then on the stack is left to itself. */
  get lastActionAtMs(): number {
    return Math.max(this.injectedAtMs, ...this.actions.map(({ atMs, doneMs }) => doneMs ?? atMs));
  }
}
