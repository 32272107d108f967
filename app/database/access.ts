import { Kysely, type Transaction } from "kysely";
import type { DatabaseSettings } from "../settings/settings.ts";
import { type PostgresDialectOptions, PostgresJsDialect } from "./dialect.ts";
import type { PoolState } from "./pool.ts";
import { retrying } from "./retry.ts";
import type { Database } from "./types.ts";

/** What the rest of the service is told of the database's health while it works. */
export interface DatabaseListener {
  /** Connections cannot be made any more; `undefined`: they can again. */
  onFailing: (failure: Error | undefined) => void;
  /** An attempt failed and is made again. */
  onRetry: (error: unknown) => void;
}

/**
 * The service's way to the primary. Each call holds and retries for as long as the request may take, so a failover is
 * a pause. Throws DatabaseFailure when the time is over, and whatever the server refused.
 */
export class DatabaseAccess {
  /** For work that is better left undone than held: no retries. */
  readonly direct: Kysely<Database>;
  private readonly dialect: PostgresJsDialect;
  private readonly onRetry: (error: unknown) => void;

  constructor(settings: DatabaseSettings, nodeName: string, listener: DatabaseListener) {
    this.dialect = new PostgresJsDialect({
      ...settings,
      ...fixedOptions,
      max: settings.poolSize,
      applicationName: `capstone ${nodeName}`,
      onChange: listener.onFailing,
    });
    this.direct = new Kysely<Database>({ dialect: this.dialect });
    this.onRetry = listener.onRetry;
  }

  /** Reads only. A silent connection is given up for another one long before the budget ends. */
  read<T>(work: (database: Kysely<Database>) => Promise<T>): Promise<T> {
    const options = { budgetMs, attemptMs: readAttemptMs, readOnly: true, onRetry: this.onRetry };
    return retrying(options, () => work(this.direct));
  }

  /** One statement that writes, safe to repeat as `retrying` asks. */
  write<T>(work: (database: Kysely<Database>) => Promise<T>): Promise<T> {
    return retrying({ budgetMs, onRetry: this.onRetry }, () => work(this.direct));
  }

  /** A transaction, safe to repeat as `retrying` asks. */
  transaction<T>(work: (transaction: Transaction<Database>) => Promise<T>): Promise<T> {
    return this.write((database) => database.transaction().execute(work));
  }

  state(): PoolState {
    return this.dialect.pool.state();
  }

  /** Waits for what is under way. */
  async end(): Promise<void> {
    // Kysely ends a driver only if it was ever used; the pool has timers in any case.
    await this.dialect.end();
  }
}

/** What a request may take in all, held or not: a silent primary costs Patroni 20 s and some, a client waits 30. */
export const budgetMs = 27_000;
/** A read waits for no standby: one that takes longer hangs. */
const readAttemptMs = 5_000;

const fixedOptions = {
  mustTakeWrites: true,
  session: {
    // A statement that runs away; a commit that waits for its standby is not meant and not hit.
    statement_timeout: "20s",
    lock_timeout: "20s",
    // A node that hangs, or is cut off, in the middle of a transaction must not keep its locks from the others for
    // longer than the second that such a failure may cost. The service never waits for anything between two statements.
    idle_in_transaction_session_timeout: "750ms",
    // Notices a client that is gone while a statement still runs or waits for a lock.
    client_connection_check_interval: "2s",
  },
  connectTimeoutMs: 2_000,
  timeoutMs: budgetMs,
  idleTimeoutMs: 60_000,
  maxLifetimeMs: 30 * 60_000,
  probeDelayMs: { first: 50, longest: 200 },
  maxWaiting: 2_000,
} satisfies Partial<PostgresDialectOptions>;
