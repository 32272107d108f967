import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Outcome, Request } from "./history.ts";

const connectMs = 3_000;
/** A commit may wait for its standby for as long as a lease lasts, and longer. */
const answerMs = 60_000;
const pauseMs = 100;
/** Read-only, no room, cannot connect now: the server says that it has done nothing. */
const nothingDone = /^(25|53|57P03)/;

/** Reads and writes registers, which are accounts' bios, through `databaseUrl`, with one connection and no retries. */
export class SqlClient {
  private readonly url: string;
  private connection: pg.Client | undefined;
  /** A warning came with the answer, as when a commit no longer waits for its standby. */
  private warned = false;
  private closed = false;

  constructor(url: string) {
    this.url = url;
  }

  /** Before the operation is asked, so that waiting for a primary is no part of it. */
  async ready(): Promise<boolean> {
    if (this.connection) return true;
    const connection = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: connectMs });
    const lost = () => {
      if (this.connection === connection) this.connection = undefined;
    };
    connection.on("error", lost).on("end", lost);
    connection.on("notice", ({ severity }) => {
      if (severity === "WARNING") this.warned = true;
    });
    const connected = await connection.connect().then(
      () => true,
      () => false,
    );
    if (connected && !this.closed) this.connection = connection;
    else {
      this.drop(connection);
      await sleep(pauseMs);
    }
    return this.connection !== undefined;
  }

  async ask(register: string, request: Request): Promise<Outcome> {
    const { connection } = this;
    if (!connection) return "not-done";
    this.warned = false;
    const giveUp = setTimeout(() => this.drop(connection), answerMs);
    try {
      const { rows, rowCount } = await connection.query<{ bio: string }>(...statementOf(register, request));
      if (request.kind === "read") return { value: rows[0]?.bio ?? "" };
      if (this.warned) return "unknown";
      return request.kind === "swap" ? { swapped: rowCount === 1 } : {};
    } catch (error) {
      this.drop(connection);
      return nothingDone.test((error as { code?: string }).code ?? "") ? "not-done" : "unknown";
    } finally {
      clearTimeout(giveUp);
    }
  }

  close(): void {
    this.closed = true;
    if (this.connection) this.drop(this.connection);
  }

  private drop(connection: pg.Client): void {
    if (this.connection === connection) this.connection = undefined;
    // Its socket, since a server that is silent answers no farewell either.
    (connection as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}

function statementOf(register: string, request: Request): [string, string[]] {
  switch (request.kind) {
    case "read":
      return ["select bio from accounts where handle = $1", [register]];
    case "write":
      return ["update accounts set bio = $2 where handle = $1", [register, request.value]];
    case "swap":
      return [
        "update accounts set bio = $2 where handle = $1 and bio = $3",
        [register, request.value, request.expected],
      ];
  }
}
