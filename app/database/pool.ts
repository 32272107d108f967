import type { Connection } from "./connection.ts";
import { DatabaseFailure } from "./failures.ts";

export interface PoolOptions {
  /** Connections at most, being made or open. */
  max: number;
  /** Dials and logs in; rejects where that fails. */
  open: () => Promise<Connection>;
  /** An idle connection is closed after this. */
  idleTimeoutMs: number;
  /** No connection serves longer than this, give or take a tenth. */
  maxLifetimeMs: number;
  /** While the server fails, the pause between two probes grows from the first to the second. */
  probeDelayMs: { first: number; longest: number };
  /** Callers that wait at most; one more is refused at once. */
  maxWaiting: number;
  /** Told when dials begin to fail, with the first failure, and when one succeeds again. */
  onChange: (failure: Error | undefined) => void;
}

/** What people and Prometheus are told. */
export interface PoolState {
  open: number;
  idle: number;
  waiting: number;
  /** True from a failed dial to the next that succeeds. */
  failing: boolean;
  /** Dials since the start, and those that failed. */
  dials: number;
  failedDials: number;
}

interface Waiter {
  resolve: (connection: Connection) => void;
  timer: NodeJS.Timeout;
}

/**
 * Lends connections. While the server fails there is one dial at a time, with growing pauses, however many callers
 * wait: a failover never meets more connections than there were before it.
 */
export class ConnectionPool {
  private readonly options: PoolOptions;
  /** With the moment from which each is too old to be lent again. */
  private readonly connections = new Map<Connection, number>();
  /** The one used last is lent first, so that the rest grows old and is closed. */
  private readonly idle: { connection: Connection; since: number }[] = [];
  private readonly waiters = new Set<Waiter>();
  private readonly sweeper: NodeJS.Timeout;
  private opening = 0;
  private dials = 0;
  private failedDials = 0;
  private failuresInARow = 0;
  /** A connection was lost since the last dial that succeeded: the next one goes ahead alone. */
  private suspicious = false;
  private probe: NodeJS.Timeout | undefined;
  private ended = false;
  /** Why the last dial failed; undefined once one succeeds. */
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
    return this.wait(timeoutMs);
  }

  /** Takes a connection back; throws it away unless it can serve the next caller. */
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

  /** All that are open, lent or idle. */
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

  /** Closes what is idle, waits for what is lent, refuses whoever comes. */
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

  /** Opens as many connections as callers wait for; while the server fails, one, after a pause. */
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
      // Connections that were opened together do not end together.
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

  /** One connection went bad: most likely all did, and each would cost a caller an attempt to find out. */
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
