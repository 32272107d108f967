import { Client, DatabaseError, type QueryArrayResult } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { CopyIn } from "./copy-in.ts";
import { classify, connectionLost, SessionLost } from "./errors.ts";

export interface SessionOptions {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** PEM. With it TLS is required and verified. */
  certificateAuthority: string | undefined;
  /** Settings of the session, as in `search_path`. */
  settings: Record<string, string>;
}

export type Row = (string | null)[];

/** A warning from the server, with the routine of its source that raised it. */
interface Notice {
  message: string | undefined;
  routine: string | undefined;
}

const keepAliveAfterMs = 10_000;

/** One connection to Postgres, as far as the import needs it: statements as text, one at a time, and COPY. */
export class Session {
  /** Warnings of the server since the session began. */
  readonly notices: Notice[] = [];
  private readonly client: Client;
  private lost: SessionLost | undefined;

  private constructor(options: SessionOptions, timeoutMs: number) {
    const { host, port, database, user, password, certificateAuthority, settings } = options;
    this.client = new Client({
      ...{ host, port, database, user, password },
      // Set even without TLS, or libpq's variables would decide.
      ssl: certificateAuthority === undefined ? false : { ca: certificateAuthority },
      options: startUpOptions({ client_encoding: "UTF8", ...settings }),
      connectionTimeoutMillis: timeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveAfterMs,
      // Values stay text, as the server sends them.
      types: { getTypeParser: () => (value: string) => value },
    });
    this.client.on("notice", (notice) => this.notices.push(notice));
    // A pending query fails as well; an error between two statements must not end the process.
    this.client.on("error", (error) => {
      this.lost ??= connectionLost(error);
      this.client.connection.stream.destroy();
    });
  }

  /**
   * Connects and logs in.
   * @throws ServerRefusal for a wrong password and the like; SessionLost when there is no server.
   */
  static async open(options: SessionOptions, timeoutMs: number): Promise<Session> {
    const session = new Session(options, timeoutMs);
    try {
      await session.client.connect();
      return session;
    } catch (error) {
      session.client.connection.stream.destroy();
      if (error instanceof DatabaseError) throw classify(error);
      throw new SessionLost((error as Error).message, { cause: error });
    }
  }

  /**
   * Runs statements, separated by semicolons.
   * @returns All rows, their values as text.
   * @throws ServerRefusal or SessionLost.
   */
  async query(text: string): Promise<Row[]> {
    if (this.lost) throw this.lost;
    try {
      // The types do not know that several statements have several results.
      const results: QueryArrayResult<Row> | QueryArrayResult<Row>[] = await this.client.query<Row>({
        text,
        rowMode: "array",
      });
      return [results].flat().flatMap(({ rows }) => rows);
    } catch (error) {
      const reason = classify(error);
      if (reason instanceof SessionLost) this.lost ??= reason;
      throw reason;
    }
  }

  /**
   * @param statement `copy … from stdin (format binary)`.
   * @returns Where its rows go. If the server refuses the statement, the first write fails.
   * @throws SessionLost.
   */
  copyIn(statement: string): CopyIn {
    if (this.lost) throw this.lost;
    return new CopyIn(this.client.query(copyFrom(statement)));
  }

  /** Ends the session at once, without waiting; an open transaction is rolled back. */
  close(): void {
    const { stream } = this.client.connection;
    void this.client.end();
    stream.end(() => stream.destroy());
  }
}

/** Settings as the server's command-line options, where a backslash escapes a space. */
function startUpOptions(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, "\\$&")}`)
    .join(" ");
}
