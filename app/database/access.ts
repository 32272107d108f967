import { Kysely, type Transaction } from "kysely";
import type { DatabaseSettings } from "../settings/settings.ts";
import { type Tracing, untraced } from "../tracing/tracing.ts";
import { type PostgresDialectOptions, PostgresJsDialect } from "./dialect.ts";
import type { PoolState } from "./pool.ts";
import { retrying } from "./retry.ts";
import type { Database } from "./types.ts";

/** Told of the database's health, for the log and the metrics. */
export interface DatabaseListener {
  /** Connections can no longer be made; with `undefined`, they can again. */
  onFailing: (failure: Error | undefined) => void;
  /** An attempt failed and is retried. */
  onRetry: (error: unknown) => void;
}

/**
 * The service's access to the primary. Each call waits and retries for as long as its request may take, so a failover
 * is only a pause. Throws DatabaseFailure when that time is over, and the server's own error if it refuses a statement.
 */
export class DatabaseAccess {
  /** Without retries: for work that should rather fail than wait. */
  readonly direct: Kysely<Database>;
  private readonly dialect: PostgresJsDialect;
  private readonly onRetry: (error: unknown) => void;
  private readonly tracing: Tracing;

  constructor(
    settings: DatabaseSettings,
    nodeName: string,
    listener: DatabaseListener,
    tracing: Tracing = untraced,
  ) {
    this.dialect = new PostgresJsDialect({
      ...settings,
      ...fixedOptions,
      max: settings.poolSize,
      applicationName: `capstone ${nodeName}`,
      onChange: listener.onFailing,
      tracing,
    });
    this.direct = new Kysely<Database>({ dialect: this.dialect });
    this.onRetry = listener.onRetry;
    this.tracing = tracing;
  }

  /** Reads only. A read without an answer is tried on another connection long before the budget ends. */
  read<T>(work: (database: Kysely<Database>) => Promise<T>): Promise<T> {
    const { onRetry, tracing } = this;
    const options = { budgetMs, attemptMs: readAttemptMs, readOnly: true, onRetry, tracing };
    return retrying(options, () => work(this.direct));
  }

  /** One statement that writes, safe to repeat as `retrying` asks. */
  write<T>(work: (database: Kysely<Database>) => Promise<T>): Promise<T> {
    const { onRetry, tracing } = this;
    return retrying({ budgetMs, onRetry, tracing }, () => work(this.direct));
  }

  /** A transaction, safe to repeat as `retrying` asks. */
  transaction<T>(work: (transaction: Transaction<Database>) => Promise<T>): Promise<T> {
    return this.write((database) => database.transaction().execute(work));
  }

  state(): PoolState {
    return this.dialect.pool.state();
  }

  /** Waits for statements under way. */
  async end(): Promise<void> {
    // Kysely ends a driver only if it was ever used, but the pool's timers run in any case.
    await this.dialect.end();
  }
}

/** All that a request may take: a failover from a silent primary takes half of it, a client waits 30 s. */
export const budgetMs = 27_000;
/** A read waits for no standby, so one that takes longer than this is stuck. */
const readAttemptMs = 5_000;

const fixedOptions = {
  mustTakeWrites: true,
  session: {
    // Ends runaway statements. It does not apply to a commit that waits for its standby, and must not.
    statement_timeout: "20s",
    lock_timeout: "20s",
    // A node that hangs or is cut off in the middle of a transaction must not hold its locks for longer than the second
    // that losing a node may cost. The service itself never waits for anything between two statements.
    idle_in_transaction_session_timeout: "750ms",
    // Notices that the client is gone while its statement still runs or waits for a lock.
    client_connection_check_interval: "2s",
  },
  connectTimeoutMs: 2_000,
  timeoutMs: budgetMs,
  idleTimeoutMs: 60_000,
  maxLifetimeMs: 30 * 60_000,
  probeDelayMs: { first: 50, longest: 200 },
  maxWaiting: 2_000,
} satisfies Partial<PostgresDialectOptions>;
