import type { Socket } from "node:net";
import postgres from "postgres";
import { ConnectionLost, DatabaseFailure, isServerError, spoilsConnection } from "./failures.ts";
import { openSocket, type SocketOptions } from "./socket.ts";

export interface ConnectionOptions extends SocketOptions {
  database: string;
  user: string;
  password: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Server settings of the session, such as `lock_timeout`. */
  session: Record<string, string>;
  /** Refuse a server that does not take writes. */
  mustTakeWrites: boolean;
}

/** Rows, with what the server said it did. */
export type Answer = postgres.RowList<postgres.Row[]>;

/** What a timer can count at most. */
const longestTimeoutMs = 2 ** 31 - 1;

const errorMessage = 0x45;
const idleStatus = 0x49;

/**
 * One Postgres session on one socket, through a postgres.js client of its own. postgres.js reconnects by itself and
 * does not survive doing so (its issues 1174, 1179, 1193, 1195, 1199, 1208), so here it is never given the chance:
 * the client dials once and is thrown away with the first sign of trouble.
 */
export class Connection {
  /** Called once, when the session has ended for whatever reason. */
  onClose: () => void = () => {};
  /** False from the first sign of trouble on: give it back, and it is thrown away. */
  usable = true;
  /** The server's process that works for this session. */
  processId = 0;
  /** Statements sent so far. */
  statements = 0;
  private readonly client: postgres.Sql;
  private readonly socket: Socket;
  private busy = false;
  private sentAt = 0;
  /** Rejects the statement under way. postgres.js misses a close that comes before it looks at the socket. */
  private lose: (reason: Error) => void = () => {};
  private lastByte = idleStatus;
  private unconfirmed = false;
  private reasonForClosing: Error | undefined;

  private constructor(options: ConnectionOptions, socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.look(chunk));
    socket.on("close", () => {
      this.usable = false;
      this.lose(new Error("the server closed it"));
      this.onClose();
    });
    this.client = postgres({
      host: options.host,
      port: options.port,
      database: options.database,
      user: options.user,
      password: options.password,
      connection: { application_name: options.applicationName, ...options.session },
      max: 1,
      // Its timers would end a client between two statements: the pool has its own.
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: 0,
      backoff: () => 0,
      fetch_types: false,
      // The types do not know it, the README does: the client runs on this socket.
      ...{ socket: this.dialOnce() },
      onnotice: (notice) => this.hear(notice),
    });
  }

  /**
   * Dials, logs in and asks the server whether it takes writes.
   * @throws DatabaseFailure, nothing having been done.
   */
  static async open(options: ConnectionOptions, timeoutMs: number): Promise<Connection> {
    const startedAt = performance.now();
    try {
      const socket = await openSocket(options, timeoutMs);
      if (socket.destroyed) throw new Error("the server closed it");
      const connection = new Connection(options, socket);
      const left = Math.max(1, startedAt + timeoutMs - performance.now());
      await connection.welcome(options, left);
      return connection;
    } catch (error) {
      throw new DatabaseFailure(`No database connection: ${(error as Error).message}`, "not-done", error);
    }
  }

  /**
   * Sends one statement and waits for its answer; the next may be sent only after that.
   * @param timeoutMs After this the socket is destroyed, for a cancel can make an unconfirmed commit look confirmed.
   * @throws The server's error; ConnectionLost; DatabaseFailure "unknown" for a commit whose standby has not got it.
   */
  async query(text: string, parameters: readonly unknown[], timeoutMs: number): Promise<Answer> {
    if (this.busy) throw new Error("A connection carries one statement at a time.");
    if (!this.usable) throw new DatabaseFailure("The connection had ended.", "not-done");
    this.busy = true;
    this.statements++;
    this.sentAt = performance.now();
    this.unconfirmed = false;
    const deadline = setTimeout(
      () => this.destroy(`no answer within ${Math.round(timeoutMs)} ms`),
      Math.min(timeoutMs, longestTimeoutMs),
    );
    try {
      const answer = await this.send(text, parameters);
      if (this.unconfirmed) throw this.unconfirmedCommit();
      return answer;
    } catch (error) {
      throw this.understood(error);
    } finally {
      clearTimeout(deadline);
      this.busy = false;
    }
  }

  /** Whether the server holds a transaction open for this session, as its last message says. */
  get inTransaction(): boolean {
    return this.lastByte !== idleStatus;
  }

  /** How long a statement has been waiting for its answer; 0 where none is. */
  silentForMs(): number {
    return this.busy ? performance.now() - this.sentAt : 0;
  }

  /** Gives up the statement under way, and the connection. */
  abandon(reason: string): void {
    this.destroy(reason);
  }

  /** Says goodbye and closes. */
  close(): void {
    this.usable = false;
    void this.client.end({ timeout: 1 }).catch(() => {});
  }

  private destroy(reason: string): void {
    this.usable = false;
    this.reasonForClosing ??= new Error(reason);
    this.socket.destroy();
  }

  private dialOnce(): () => Socket {
    let dialled = false;
    return () => {
      if (dialled) throw new Error("The connection has ended.");
      dialled = true;
      return this.socket;
    };
  }

  private async welcome(options: ConnectionOptions, timeoutMs: number): Promise<void> {
    try {
      const [row] = await this.query(
        "select pg_is_in_recovery() as standby, pg_backend_pid() as pid",
        [],
        timeoutMs,
      );
      if (options.mustTakeWrites && row?.standby) throw new Error("the server is a standby");
      this.processId = row?.pid;
    } catch (error) {
      this.destroy("It was not welcome.");
      throw error;
    }
  }

  private send(text: string, parameters: readonly unknown[]): Promise<Answer> {
    const query = this.client.unsafe(text, parameters as never[], { prepare: true });
    // Without it postgres.js keeps every failed statement in a module-level map, for good.
    Object.defineProperty(query, "origin", { value: "" });
    return new Promise((resolve, reject) => {
      this.lose = reject;
      query.then(resolve, reject);
    });
  }

  /** Sees every chunk before postgres.js does. */
  private look(chunk: Buffer): void {
    this.lastByte = chunk[chunk.length - 1] as number;
    // An error that answers nothing is FATAL; postgres.js would offer this connection until the socket closes.
    if (!this.busy && chunk[0] === errorMessage) this.destroy("The server ended the session.");
  }

  /** A cancelled wait for the standby is a success with a warning. It must not be taken for an acknowledgement. */
  private hear(notice: postgres.Notice): void {
    if (notice.routine === "SyncRepWaitForLSN") this.unconfirmed = true;
  }

  private unconfirmedCommit(): DatabaseFailure {
    this.destroy("Its last commit is not confirmed.");
    return new DatabaseFailure("The commit is on the primary, but perhaps on no other node.", "unknown");
  }

  private understood(error: unknown): unknown {
    if (error instanceof DatabaseFailure) return error;
    const reason = this.reasonForClosing?.message ?? (error as Error).message;
    if (spoilsConnection(error)) this.destroy(reason);
    if (isServerError(error) && error.severity === "ERROR") return error;
    return new ConnectionLost(`The database connection was lost: ${reason}`, { cause: error });
  }
}
