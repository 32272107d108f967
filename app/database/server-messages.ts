/** Whether the server holds a transaction open for the session, as ReadyForQuery says after every answer. */
export type TransactionStatus = "idle" | "open" | "failed";

export interface ServerMessageListener {
  /** A statement was answered, and the server waits for the next. */
  onReady: (transaction: TransactionStatus) => void;
  /** @param severity ERROR ends the statement; FATAL and PANIC end the session. */
  onError: (severity: string) => void;
}

const headerBytes = 5;
const errorResponse = "E".charCodeAt(0);
const readyForQuery = "Z".charCodeAt(0);
const statuses: Record<string, TransactionStatus> = { I: "idle", T: "open", E: "failed" };

/**
 * Follows what a Postgres server says on a connection, for what postgres.js does not tell: it offers neither the
 * transaction status nor an error that answers no statement.
 *
 * A message is one byte for its type, then four for its length, which counts itself but not the type
 * (https://www.postgresql.org/docs/17/protocol-message-formats.html). Messages and chunks need not begin together.
 */
export class ServerMessages {
  private readonly listener: ServerMessageListener;
  /** The beginning of a message whose rest has not come. */
  private beginning: Buffer = Buffer.alloc(0);
  /** Bytes still to come of a message that tells nothing here. */
  private skip = 0;

  constructor(listener: ServerMessageListener) {
    this.listener = listener;
  }

  /** @param chunk The next bytes from the server, in order and without TLS. */
  read(chunk: Buffer): void {
    const bytes = this.beginning.length === 0 ? chunk : Buffer.concat([this.beginning, chunk]);
    this.beginning = Buffer.alloc(0);
    let at = this.skip;
    while (at < bytes.length) {
      const end = bytes.length - at < headerBytes ? Infinity : at + 1 + bytes.readUInt32BE(at + 1);
      const type = bytes[at] as number;
      const matters = type === errorResponse || type === readyForQuery;
      if (end > bytes.length && (matters || end === Infinity)) {
        this.beginning = bytes.subarray(at);
        this.skip = 0;
        return;
      }
      if (matters) this.tell(type, bytes.subarray(at + headerBytes, end));
      at = end;
    }
    this.skip = at - bytes.length;
  }

  private tell(type: number, body: Buffer): void {
    if (type === readyForQuery) {
      this.listener.onReady(statuses[String.fromCharCode(body[0] ?? 0)] ?? "failed");
    } else {
      this.listener.onError(severityOf(body));
    }
  }
}

/** An error is a list of fields, each a letter and a text that ends with 0; V is the severity in English. */
function severityOf(body: Buffer): string {
  const fields = body.toString("latin1").split("\0");
  return fields.find((field) => field.startsWith("V"))?.slice(1) ?? "FATAL";
}
