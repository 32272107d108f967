import { type Tracing, untraced } from "../tracing/tracing.ts";
import type { Connection } from "./connection.ts";
import { DatabaseFailure } from "./failures.ts";

export interface PoolOptions {
  /** The most connections, open or being opened. */
  max: number;
  /** Connects and logs in; rejects if that fails. */
  open: () => Promise<Connection>;
  /** An idle connection is closed after this long. */
  idleTimeoutMs: number;
  /** No connection is used for longer than this, give or take a tenth. */
  maxLifetimeMs: number;
  /** While the server cannot be reached, the pause between two attempts grows from `first` to `longest`. */
  probeDelayMs: { first: number; longest: number };
  /** The most callers that may wait; one more is refused at once. */
  maxWaiting: number;
  /** Called with the first failure when connecting begins to fail, and with undefined when it succeeds again. */
  onChange: (failure: Error | undefined) => void;
  /** Has a span for each wait, and for each statement. */
  tracing?: Tracing;
}

/** For the log and the metrics. */
export interface PoolState {
  open: number;
  idle: number;
  waiting: number;
  /** True from a failed attempt to connect until the next successful one. */
  failing: boolean;
  /** Attempts to connect since the start, and how many of them failed. */
  dials: number;
  failedDials: number;
}

interface Waiter {
  resolve: (connection: Connection) => void;
  timer: NodeJS.Timeout;
}

/**
 * Lends connections. While the server cannot be reached, there is one attempt at a time, with growing pauses, however
 * many callers wait: a server that has just taken over is not met with a rush of connections.
 */
export class ConnectionPool {
  private readonly options: PoolOptions;
  /** Each with the time at which it becomes too old to be lent again. */
  private readonly connections = new Map<Connection, number>();
  /** The last one used is lent first, so that surplus ones stay idle and are closed. */
  private readonly idle: { connection: Connection; since: number }[] = [];
  private readonly waiters = new Set<Waiter>();
  private readonly sweeper: NodeJS.Timeout;
  private opening = 0;
  private dials = 0;
  private failedDials = 0;
  private failuresInARow = 0;
  /** A connection was lost since the last successful attempt to connect: the next attempt goes ahead alone. */
  private suspicious = false;
  private probe: NodeJS.Timeout | undefined;
  private ended = false;
  /** Why the last attempt to connect failed; undefined once one succeeds. */
  private lastFailure: unknown;
  private drained: () => void = () => {};

  constructor(options: PoolOptions) {
    this.options = options;
    this.sweeper = setInterval(() => this.sweep(), 5_000).unref();
  }

  /**
   * @param timeoutMs How long the caller waits.
   * @throws DatabaseFailure, nothing having been done.
   */
  async acquire(timeoutMs: number): Promise<Connection> {
    if (this.ended) throw new DatabaseFailure("The database pool has ended.", "not-done");
    for (let next = this.idle.pop(); next; next = this.idle.pop()) {
      if (next.connection.usable) return next.connection;
      this.remove(next.connection);
    }
    if (this.waiters.size >= this.options.maxWaiting) {
      throw new DatabaseFailure(
        `${this.waiters.size} callers wait for a database connection already.`,
        "not-done",
      );
    }
    const { tracing = untraced } = this.options;
    const waiting = { "capstone.waiting_before": this.waiters.size };
    return tracing.span("wait for a database connection", waiting, () => this.wait(timeoutMs));
  }

  /** Takes a connection back, and throws it away unless the next caller can use it. */
  release(connection: Connection): void {
    if (!connection.usable) {
      this.suspicious = true;
      this.closeIdle();
    }
    if (!connection.usable || connection.inTransaction || this.ended || this.isOld(connection)) {
      this.remove(connection);
    } else {
      this.lend(connection);
    }
    this.grow();
  }

  /** All open connections, lent or idle. */
  all(): Iterable<Connection> {
    return this.connections.keys();
  }

  state(): PoolState {
    return {
      open: this.connections.size,
      idle: this.idle.length,
      waiting: this.waiters.size,
      failing: this.failuresInARow > 0,
      dials: this.dials,
      failedDials: this.failedDials,
    };
  }

  /** Refuses new callers, closes idle connections and waits for those that are lent. */
  async end(): Promise<void> {
    this.ended = true;
    clearInterval(this.sweeper);
    clearTimeout(this.probe);
    this.closeIdle();
    if (this.connections.size > 0) await new Promise<void>((resolve) => (this.drained = resolve));
  }

  private wait(timeoutMs: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        const message = `No database connection within ${Math.round(timeoutMs)} ms`;
        reject(new DatabaseFailure(message, "not-done", this.lastFailure));
      }, timeoutMs);
      const waiter = { resolve, timer };
      this.waiters.add(waiter);
      this.grow();
    });
  }

  /** Opens as many connections as callers wait for; while the server cannot be reached, one, after a pause. */
  private grow(): void {
    if (this.ended) return;
    while (this.waiters.size > this.opening && this.connections.size + this.opening < this.options.max) {
      const alone = this.suspicious || this.failuresInARow > 0;
      if (alone && (this.opening > 0 || this.probe)) return;
      if (this.failuresInARow > 0) this.probeLater();
      else void this.open();
    }
  }

  private probeLater(): void {
    const { first, longest } = this.options.probeDelayMs;
    const delayMs = Math.min(longest, first * 2 ** (this.failuresInARow - 1)) * (0.5 + Math.random() / 2);
    this.probe = setTimeout(() => {
      this.probe = undefined;
      if (this.waiters.size > 0 && !this.ended) void this.open();
    }, delayMs);
  }

  private async open(): Promise<void> {
    this.opening++;
    this.dials++;
    try {
      const connection = await this.options.open();
      if (!connection.usable) throw new DatabaseFailure("The connection ended as it was made.", "not-done");
      // Connections opened together should not all expire together.
      const lifetimeMs = this.options.maxLifetimeMs * (0.9 + Math.random() / 5);
      this.connections.set(connection, performance.now() + lifetimeMs);
      connection.onClose = () => {
        this.suspicious ||= this.connections.has(connection);
        this.remove(connection);
      };
      if (this.failuresInARow > 0) this.options.onChange(undefined);
      this.failuresInARow = 0;
      this.suspicious = false;
      this.lastFailure = undefined;
      this.lend(connection);
    } catch (error) {
      this.failedDials++;
      if (this.failuresInARow++ === 0) this.options.onChange(error as Error);
      this.lastFailure = error;
    } finally {
      this.opening--;
      this.grow();
    }
  }

  private lend(connection: Connection): void {
    const [waiter] = this.waiters;
    if (waiter && connection.usable) {
      this.waiters.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.resolve(connection);
    } else {
      this.idle.push({ connection, since: performance.now() });
    }
  }

  private remove(connection: Connection): void {
    if (!this.connections.delete(connection)) return;
    const index = this.idle.findIndex((entry) => entry.connection === connection);
    if (index !== -1) this.idle.splice(index, 1);
    connection.close();
    if (this.connections.size === 0) this.drained();
    this.grow();
  }

  /** When one connection breaks, most likely all have, and each would cost a caller an attempt to find out. */
  private closeIdle(): void {
    for (const { connection } of this.idle.splice(0)) this.remove(connection);
  }

  private sweep(): void {
    const now = performance.now();
    for (const { connection, since } of [...this.idle]) {
      if (now - since > this.options.idleTimeoutMs || this.isOld(connection)) this.remove(connection);
    }
  }

  private isOld(connection: Connection): boolean {
    return performance.now() > (this.connections.get(connection) ?? 0);
  }
}
