import type { Connection } from "./connection.ts";

export interface SilenceWatchOptions {
  connections: () => Iterable<Connection>;
  /** Asks the server, on a way of its own, which of its processes work for this user. */
  askBusyProcesses: () => Promise<ReadonlySet<number>>;
}

/** No statement of this service takes so long unless it waits, or its answer is lost. */
const silentMs = 2_000;
const lookMs = 1_000;

/**
 * Finds answers that will never come. A proxy that hangs keeps its connections open and carries nothing: a write on
 * one would be held to the end of its budget, since a write may well wait for its standby for as long. So the server
 * is asked whether it still works on what was silent; where it does not, the connection is given up and the caller
 * finds out on another one what became of its work.
 */
export class SilenceWatch {
  private readonly options: SilenceWatchOptions;
  private readonly timer: NodeJS.Timeout;
  private asking = false;

  constructor(options: SilenceWatchOptions) {
    this.options = options;
    this.timer = setInterval(() => void this.look(), lookMs).unref();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const silent = [...this.options.connections()].filter(
      (connection) => connection.silentForMs() > silentMs,
    );
    if (silent.length === 0 || this.asking) return;
    this.asking = true;
    try {
      const statements = silent.map((connection) => connection.statements);
      const busy = await this.options.askBusyProcesses();
      for (const [index, connection] of silent.entries()) {
        const isTheSame = connection.statements === statements[index] && connection.silentForMs() > silentMs;
        if (isTheSame && !busy.has(connection.processId))
          connection.abandon("its answer was lost on the way");
      }
    } catch {
      // A server that cannot be asked may yet answer; its statements end at their deadlines.
    } finally {
      this.asking = false;
    }
  }
}
