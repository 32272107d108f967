/** Messages of Postgres' protocol, version 3. */

export interface Message {
  type: string;
  body: Buffer;
}

/** Cuts the bytes of a connection into messages. */
export class MessageReader {
  private rest: Buffer = Buffer.alloc(0);

  /** @returns The messages that this chunk completes. */
  push(chunk: Buffer): Message[] {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const messages: Message[] = [];
    while (bytes.length >= 5) {
      const end = 1 + bytes.readInt32BE(1);
      if (bytes.length < end) break;
      messages.push({ type: String.fromCharCode(bytes[0] as number), body: bytes.subarray(5, end) });
      bytes = bytes.subarray(end);
    }
    this.rest = bytes;
    return messages;
  }
}

/** @param type One letter; empty for the start-up message, which has none. */
export function message(type: string, ...parts: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  const header = Buffer.alloc(type.length + 4);
  header.write(type);
  header.writeInt32BE(body.length + 4, type.length);
  return Buffer.concat([header, body]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The start-up message: protocol 3.0 and settings of the session. */
export function startUp(settings: Record<string, string>): Buffer {
  const pairs = Object.entries(settings).map(([name, value]) => `${name}\0${value}\0`);
  return message("", int32(196_608), pairs.join(""), "\0");
}

/** A row's values in text form. */
export function dataRow(body: Buffer): (string | null)[] {
  const values: (string | null)[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : body.toString("utf8", at, at + length));
    at += Math.max(0, length);
  }
  return values;
}

/** The fields of an error or a notice by their letters, as in C for the code and M for the message. */
export function fields(body: Buffer): Record<string, string> {
  const parts = body
    .toString("utf8")
    .split("\0")
    .filter((part) => part !== "");
  return Object.fromEntries(parts.map((part) => [part.slice(0, 1), part.slice(1)]));
}
