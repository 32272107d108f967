import type { Socket } from "node:net";
import { ConnectionLost, DatabaseFailure, isServerError, spoilsConnection } from "./failures.ts";
import { ServerMessages, type TransactionStatus } from "./server-messages.ts";
import { type Answer, type ClientOptions, SingleUseClient } from "./single-use-client.ts";
import { openSocket, type SocketOptions } from "./socket.ts";

export interface ConnectionOptions extends SocketOptions, ClientOptions {
  /** Refuse a server that does not take writes. */
  mustTakeWrites: boolean;
}

/** The longest that a timer can count. */
const longestTimeoutMs = 2 ** 31 - 1;

/**
 * One Postgres session on one socket, thrown away at the first sign of trouble: a connection error, FATAL, an answer
 * that does not come in time, or a commit that is not confirmed. A new session costs a few milliseconds, a doubtful one
 * costs whoever gets it next.
 */
export class Connection {
  /** Called once, when the session has ended for whatever reason. */
  onClose: () => void = () => {};
  /** False from the first sign of trouble: the pool then throws it away instead of lending it again. */
  usable = true;
  /** The server's process that serves this session. */
  processId = 0;
  /** Statements sent so far. */
  statements = 0;
  private readonly socket: Socket;
  private readonly client: SingleUseClient;
  private busy = false;
  private sentAt = 0;
  private transaction: TransactionStatus = "idle";
  private unconfirmed = false;
  /** Whether the server's own settings make it refuse writes, as where its disk is full: it says when that is over. */
  private refusesWrites = false;
  private reasonForClosing: Error | undefined;

  private constructor(options: ConnectionOptions, socket: Socket) {
    this.socket = socket;
    this.client = new SingleUseClient(options, socket, {
      notice: ({ routine }) => this.onNotice(routine),
      setting: (name, value) => {
        if (name === "default_transaction_read_only") this.refusesWrites = value === "on";
      },
    });
    // Registered before the client's own listener, so that this knows of every message first.
    const messages = new ServerMessages({
      onReady: (transaction) => {
        this.transaction = transaction;
      },
      onError: (severity) => this.onError(severity),
    });
    socket.on("data", (chunk: Buffer) => messages.read(chunk));
    socket.on("close", () => {
      this.usable = false;
      this.onClose();
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
      await connection.logIn(options, left);
      return connection;
    } catch (error) {
      throw new DatabaseFailure(`No database connection: ${(error as Error).message}`, "not-done", error);
    }
  }

  /**
   * Sends one statement and waits for its answer; the next may be sent only after that.
   * @param timeoutMs After this the socket is destroyed. The statement is not cancelled, because a cancel can make an
   *   unconfirmed commit look confirmed.
   * @throws The server's error; ConnectionLost; DatabaseFailure "unknown" for a commit that its standby may not have.
   */
  async query(text: string, parameters: readonly unknown[], timeoutMs: number): Promise<Answer> {
    if (this.busy) throw new Error("A connection carries one statement at a time.");
    if (!this.usable) throw new DatabaseFailure("The connection had ended.", "not-done");
    this.busy = true;
    this.statements++;
    this.sentAt = performance.now();
    this.unconfirmed = false;
    const deadline = setTimeout(
      () => this.abandon(`no answer within ${Math.round(timeoutMs)} ms`),
      Math.min(timeoutMs, longestTimeoutMs),
    );
    try {
      const answer = await this.client.send(text, parameters);
      if (this.unconfirmed) throw this.unconfirmedCommit();
      return answer;
    } catch (error) {
      throw this.failureFrom(error);
    } finally {
      clearTimeout(deadline);
      this.busy = false;
    }
  }

  /** Whether the server holds a transaction open for this session. */
  get inTransaction(): boolean {
    return this.transaction !== "idle";
  }

  /** How long the statement under way has been waiting for its answer, in milliseconds; 0 without one. */
  silentForMs(): number {
    return this.busy ? performance.now() - this.sentAt : 0;
  }

  /** Gives up the connection, and with it the statement under way. */
  abandon(reason: string): void {
    this.usable = false;
    this.reasonForClosing ??= new Error(reason);
    this.socket.destroy();
  }

  /** Says goodbye and closes. */
  close(): void {
    this.usable = false;
    this.client.close();
  }

  private async logIn(options: ConnectionOptions, timeoutMs: number): Promise<void> {
    try {
      const [row] = await this.query(
        "select pg_is_in_recovery() as standby, pg_backend_pid() as pid",
        [],
        timeoutMs,
      );
      if (options.mustTakeWrites && row?.standby) throw new Error("the server is a standby");
      this.processId = row?.pid;
      if (this.refusesWrites) await this.askWhoseSettingItIs(timeoutMs);
    } catch (error) {
      this.abandon("The log-in failed.");
      throw error;
    }
  }

  /** That of a user or a database stays with the session, which then never learns that it is over. */
  private async askWhoseSettingItIs(timeoutMs: number): Promise<void> {
    const text = "select source from pg_settings where name = 'default_transaction_read_only'";
    const [row] = await this.query(text, [], timeoutMs);
    this.refusesWrites = row?.source === "configuration file";
  }

  /** postgres.js would offer a session that ended while idle until its socket closes, so it is closed at once. */
  private onError(severity: string): void {
    if (severity !== "ERROR") this.usable = false;
    if (!this.busy) this.abandon("The server ended the session.");
  }

  /** A cancelled wait for the standby ends in success with a warning, which must not pass for an acknowledgement. */
  private onNotice(routine: string | undefined): void {
    if (routine === "SyncRepWaitForLSN") this.unconfirmed = true;
  }

  private unconfirmedCommit(): DatabaseFailure {
    this.abandon("Its last commit is not confirmed.");
    return new DatabaseFailure("The commit is on the primary, but perhaps on no other node.", "unknown");
  }

  /** Whether a new connection would be refused as well, and reads have use of this one: a new one for each would be many. */
  private isAlwaysTheSame(error: unknown): boolean {
    return this.refusesWrites && isServerError(error) && error.code === "25006";
  }

  private failureFrom(error: unknown): unknown {
    if (error instanceof DatabaseFailure) return error;
    const reason = this.reasonForClosing?.message ?? (error as Error).message;
    if (spoilsConnection(error) && !this.isAlwaysTheSame(error)) this.abandon(reason);
    if (isServerError(error) && error.severity === "ERROR") return error;
    return new ConnectionLost(`The database connection was lost: ${reason}`, { cause: error });
  }
}
