import type { Socket } from "node:net";
import { openSocket } from "../../app/database/socket.ts";
import { CopyIn } from "./copy-in.ts";
import { ServerRefusal, SessionLost } from "./errors.ts";
import { dataRow, fields, int32, type Message, MessageReader, message, startUp } from "./messages.ts";
import { ScramLogin } from "./scram.ts";

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

/** What waits for the server's answers. */
interface Waiting {
  rows: Row[];
  refusal: ServerRefusal | undefined;
  resolve: (rows: Row[]) => void;
  reject: (error: Error) => void;
  /** The server is ready to take in a COPY. */
  onCopy: (() => void) | undefined;
}

/**
 * One connection to Postgres, as far as the import needs it: statements as text, one at a time, and COPY straight from
 * the buffers that the rows were encoded into. A general driver would copy each of them once more.
 */
export class Session {
  /** Warnings of the server since the session began. */
  readonly notices: Record<string, string>[] = [];
  private readonly socket: Socket;
  private readonly reader = new MessageReader();
  private waiting: Waiting | undefined;
  private lost: SessionLost | undefined;
  private onLoss: (error: SessionLost) => void = () => {};
  private login: ScramLogin | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      for (const received of this.reader.push(chunk)) this.take(received);
    });
    socket.on("close", () => this.lose("the server closed the connection"));
  }

  /**
   * Connects and logs in.
   * @throws ServerRefusal for a wrong password and the like; SessionLost when there is no server.
   */
  static async open(options: SessionOptions, timeoutMs: number): Promise<Session> {
    const socket = await openSocket(options, timeoutMs).catch((error: Error) => {
      throw new SessionLost(error.message, { cause: error });
    });
    const session = new Session(socket);
    const timer = setTimeout(() => session.lose(`no log-in within ${timeoutMs / 1000} s`), timeoutMs);
    try {
      await session.start(options);
      return session;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Runs statements, separated by semicolons.
   * @returns All rows, their values as text.
   * @throws ServerRefusal or SessionLost.
   */
  query(text: string): Promise<Row[]> {
    return this.ask(message("Q", text, "\0"));
  }

  /** @param statement `copy … from stdin (format binary)`. */
  async copyIn(statement: string): Promise<CopyIn> {
    const started = Promise.withResolvers<void>();
    const finished = this.ask(message("Q", statement, "\0"), started.resolve);
    finished.catch(started.reject);
    await started.promise;
    return new CopyIn(this.socket, finished);
  }

  /** Ends the session at once; a transaction that is open is undone. */
  close(): void {
    this.socket.end(message("X"));
    this.socket.destroySoon();
  }

  private start({ database, user, password, settings }: SessionOptions): Promise<Row[]> {
    this.login = new ScramLogin(password);
    return this.ask(startUp({ user, database, client_encoding: "UTF8", ...settings }));
  }

  private ask(bytes: Buffer, onCopy?: () => void): Promise<Row[]> {
    if (this.lost) return Promise.reject(this.lost);
    if (this.waiting) throw new Error("A session carries one statement at a time.");
    return new Promise((resolve, reject) => {
      this.waiting = { rows: [], refusal: undefined, resolve, reject, onCopy };
      this.onLoss = reject;
      this.socket.write(bytes);
    });
  }

  private take({ type, body }: Message): void {
    const { waiting } = this;
    if (type === "D") waiting?.rows.push(dataRow(body));
    else if (type === "N") this.notices.push(fields(body));
    else if (type === "G") waiting?.onCopy?.();
    else if (type === "R") this.authenticate(body);
    else if (type === "E")
      this.refuse(new ServerRefusal(fields(body)), /FATAL|PANIC/.test(fields(body).V ?? ""));
    else if (type === "Z") this.settle();
  }

  private refuse(refusal: ServerRefusal, fatal: boolean): void {
    if (!this.waiting) this.lose(refusal.message);
    else if (fatal && refusal.passes) this.lose(refusal.message);
    else if (fatal) this.finish()?.reject(refusal);
    // The others end with the server's word that it is ready again; a COPY has to stop sending.
    else this.waiting.refusal = refusal;
  }

  private settle(): void {
    const waiting = this.finish();
    if (waiting?.refusal) waiting.reject(waiting.refusal);
    else waiting?.resolve(waiting.rows);
  }

  private finish(): Waiting | undefined {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting;
  }

  private authenticate(body: Buffer): void {
    const login = this.login as ScramLogin;
    const kind = body.readInt32BE(0);
    const text = body.toString("utf8", 4);
    try {
      if (kind === 10) {
        const first = Buffer.from(login.first());
        this.socket.write(message("p", "SCRAM-SHA-256\0", int32(first.length), first));
      } else if (kind === 11) this.socket.write(message("p", login.final(text)));
      else if (kind === 12) login.verify(text);
      else if (kind !== 0) throw new Error("The server asks for a way to log in that is not SCRAM-SHA-256.");
    } catch (error) {
      this.lose((error as Error).message);
    }
  }

  private lose(reason: string): void {
    this.lost ??= new SessionLost(`the connection to the database was lost: ${reason}`);
    this.finish();
    this.onLoss(this.lost);
    this.socket.destroy();
  }
}
