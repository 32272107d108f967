import type { Connection } from "./connection.ts";

export interface SilenceWatchOptions {
  connections: () => Iterable<Connection>;
  /** Asks the server, on a separate connection, which of its processes are working for this user. */
  askBusyProcesses: () => Promise<ReadonlySet<number>>;
}

/** A statement of this service takes this long only if it is waiting, or its answer is lost. */
const silentMs = 2_000;
const intervalMs = 1_000;

/**
 * Finds answers that will never come. A proxy that hangs keeps its connections open and carries nothing. A write on one
 * would wait until its budget ends, since waiting for a standby may well take that long. So the server is asked whether
 * it is still working on the statement; if not, the connection is abandoned, and the caller finds out on another one
 * what became of its work.
 */
export class SilenceWatch {
  private readonly options: SilenceWatchOptions;
  private readonly timer: NodeJS.Timeout;
  private asking = false;

  constructor(options: SilenceWatchOptions) {
    this.options = options;
    this.timer = setInterval(() => void this.check(), intervalMs).unref();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private async check(): Promise<void> {
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
      // A server that cannot be asked may still answer; if not, its statements end at their deadlines.
    } finally {
      this.asking = false;
    }
  }
}
