import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import { untraced } from "../tracing/tracing.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { remainingMs } from "./deadline.ts";
import { ConnectionLost, DatabaseFailure } from "./failures.ts";
import { ConnectionPool, type PoolOptions } from "./pool.ts";
import { SilenceWatch } from "./silence-watch.ts";
import type { Answer } from "./single-use-client.ts";

export interface PostgresDialectOptions extends ConnectionOptions, Omit<PoolOptions, "open"> {
  /** For connecting and logging in together. */
  connectTimeoutMs: number;
  /** The longest wait for a connection, and for an answer, unless an earlier deadline is in force. */
  timeoutMs: number;
}

/**
 * The choice of driver: Kysely over postgres.js, made to survive a failover (see single-use-client.ts). The alternative
 * is Kysely's own PostgresDialect with `pg`; outside this folder nothing would change, but failures.ts would have to
 * recognise its errors.
 */
export class PostgresJsDialect implements Dialect {
  readonly pool: ConnectionPool;
  private readonly options: PostgresDialectOptions;
  private readonly silenceWatch: SilenceWatch;

  constructor(options: PostgresDialectOptions) {
    this.options = options;
    this.pool = new ConnectionPool({
      ...options,
      open: () => Connection.open(options, options.connectTimeoutMs),
    });
    this.silenceWatch = new SilenceWatch({
      connections: () => this.pool.all(),
      askBusyProcesses: () => askBusyProcesses(options),
    });
  }

  /** Ends the pool, after waiting for the connections in use. */
  async end(): Promise<void> {
    await this.pool.end();
    this.silenceWatch.end();
  }

  createDriver(): Driver {
    return new PostgresJsDriver(this, this.options);
  }

  createQueryCompiler(): PostgresQueryCompiler {
    return new PostgresQueryCompiler();
  }

  createAdapter(): PostgresAdapter {
    return new PostgresAdapter();
  }

  createIntrospector(...[database]: Parameters<Dialect["createIntrospector"]>): PostgresIntrospector {
    return new PostgresIntrospector(database);
  }
}

/** On a connection of its own, because the pool's are the ones in question. */
async function askBusyProcesses(options: PostgresDialectOptions): Promise<ReadonlySet<number>> {
  const connection = await Connection.open(options, options.connectTimeoutMs);
  try {
    const rows = await connection.query(
      "select pid from pg_stat_activity where usename = current_user and state = 'active'",
      [],
      options.connectTimeoutMs,
    );
    return new Set(rows.map(({ pid }) => Number(pid)));
  } finally {
    connection.close();
  }
}

/** A connection while one caller has it, and whether that caller has a transaction open on it. */
class Session implements DatabaseConnection {
  readonly connection: Connection;
  inTransaction = false;
  private readonly options: DriverOptions;

  constructor(connection: Connection, options: DriverOptions) {
    this.connection = connection;
    this.options = options;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const outcomeIfLost = this.inTransaction ? "not-done" : "unknown";
    const answer = await this.send(query.sql, query.parameters, outcomeIfLost);
    const affected = answer.command === "SELECT" ? undefined : answer.count;
    return {
      rows: answer as unknown as R[],
      ...(typeof affected === "number" ? { numAffectedRows: BigInt(affected) } : {}),
    };
  }

  async send(
    text: string,
    parameters: readonly unknown[],
    outcomeIfLost: "not-done" | "unknown",
  ): Promise<Answer> {
    const { timeoutMs, tracing = untraced } = this.options;
    try {
      return await tracing.span("database statement", { "db.query.text": text }, () =>
        this.connection.query(text, parameters, Math.min(timeoutMs, remainingMs())),
      );
    } catch (error) {
      throw error instanceof ConnectionLost
        ? new DatabaseFailure(error.message, outcomeIfLost, error)
        : error;
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for a generator.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("Rows are not streamed: pages are small.");
  }
}

type DriverOptions = Pick<PostgresDialectOptions, "timeoutMs" | "tracing">;

class PostgresJsDriver implements Driver {
  private readonly dialect: PostgresJsDialect;
  private readonly options: DriverOptions;

  constructor(dialect: PostgresJsDialect, options: DriverOptions) {
    this.dialect = dialect;
    this.options = options;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Session> {
    const connection = await this.dialect.pool.acquire(Math.min(this.options.timeoutMs, remainingMs()));
    return new Session(connection, this.options);
  }

  async releaseConnection(session: DatabaseConnection): Promise<void> {
    this.dialect.pool.release((session as Session).connection);
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const session = connection as Session;
    const level = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : "";
    await session.send(`start transaction${level} ${settings.accessMode ?? ""}`.trimEnd(), [], "not-done");
    session.inTransaction = true;
  }

  /** Once COMMIT is sent, a lost answer leaves open whether it happened. */
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const session = connection as Session;
    const answer = await session.send("commit", [], "unknown");
    session.inTransaction = false;
    // Postgres answers ROLLBACK when an earlier error had already aborted the transaction.
    if (answer.command === "ROLLBACK") throw new AbortedTransactionError();
  }

  /** Never fails: if the server cannot be told, the connection is thrown away, which ends the transaction too. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const session = connection as Session;
    session.inTransaction = false;
    if (session.connection.usable) await session.send("rollback", [], "not-done").catch(() => {});
  }

  async destroy(): Promise<void> {
    await this.dialect.end();
  }
}
