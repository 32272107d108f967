import type { Socket } from "node:net";
import postgres from "postgres";

export interface ClientOptions {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Server settings of the session, such as `lock_timeout`. */
  session: Record<string, string>;
}

/** Rows, with what the server said it did. */
export type Answer = postgres.RowList<postgres.Row[]>;

/**
 * A postgres.js client that lives and dies with one socket. By itself postgres.js 3.4.9 reconnects, and does not
 * survive doing so:
 * - a statement that reaches a closed socket throws where nobody can catch it, which ends the process
 *   (https://github.com/porsager/postgres/issues/1208);
 * - a pool that is given a dead connection back never recovers, and whoever waits for it is never answered
 *   (issues 1199 and 1195);
 * - a server that closes during the start-up is dialled again at once and for ever, and the statement that waits for it
 *   never settles (issues 1179 and 1193, and pull request 1214, which would end that).
 */
export class SingleUseClient {
  private readonly client: postgres.Sql;
  private lose: (reason: Error) => void = () => {};

  /** @param socket Connected; with TLS where the server wants it. */
  constructor(
    options: ClientOptions,
    socket: Socket,
    on: {
      notice: (notice: postgres.Notice) => void;
      /** A setting that the server reports: at the log-in, and when it changes. */
      setting: (name: string, value: string) => void;
    },
  ) {
    // postgres.js misses a close that comes before it first looks at the socket.
    socket.on("close", () => this.lose(new Error("the server closed it")));
    this.client = postgres({
      host: options.host,
      port: options.port,
      database: options.database,
      user: options.user,
      password: options.password,
      connection: { application_name: options.applicationName, ...options.session },
      max: 1,
      // Its timers may end a client between two statements of a transaction: the pool has its own.
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: 0,
      backoff: () => 0,
      // Would send a query of its own first.
      fetch_types: false,
      // Missing in its types, described in its README: the function that dials.
      ...{ socket: once(socket) },
      onnotice: on.notice,
      onparameter: on.setting,
    });
  }

  /** Sends a statement. Rejects with the server's error, the driver's, or that the server closed the connection. */
  send(text: string, parameters: readonly unknown[]): Promise<Answer> {
    const query = this.client.unsafe(text, parameters as never[], { prepare: true });
    // Without an origin postgres.js keeps every failed statement in a module-level map, for good.
    Object.defineProperty(query, "origin", { value: "" });
    return new Promise((resolve, reject) => {
      this.lose = reject;
      query.then(resolve, reject);
    });
  }

  /** Says goodbye and closes the socket. */
  close(): void {
    void this.client.end({ timeout: 1 }).catch(() => {});
  }
}

/** Hands the socket out once; postgres.js calls again to reconnect. */
function once(socket: Socket): () => Socket {
  let dialled = false;
  return () => {
    if (dialled) throw new Error("The connection has ended.");
    dialled = true;
    return socket;
  };
}
