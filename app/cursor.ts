import { Problem } from "./problem.ts";
import type { Position } from "./repositories/posts.ts";

const timeBytes = 6;
const idBytes = 16;
/** The last millisecond of the year 9999: Postgres cannot read later times. */
const latestMs = 253_402_300_799_999;

/** Where a page ended, as an opaque text for the client to send back. */
export function cursorOf({ createdAt, id }: Position): string {
  const bytes = Buffer.alloc(timeBytes + idBytes);
  bytes.writeUIntBE(createdAt.getTime(), 0, timeBytes);
  bytes.write(id.replaceAll("-", ""), timeBytes, "hex");
  return bytes.toString("base64url");
}

/**
 * @param cursor What a client sent.
 * @throws Problem 400 for a text that cursorOf did not make.
 */
export function positionAt(cursor: string): Position {
  const bytes = Buffer.from(cursor, "base64url");
  const isCursor = bytes.length === timeBytes + idBytes && bytes.toString("base64url") === cursor;
  const createdAtMs = isCursor ? bytes.readUIntBE(0, timeBytes) : Number.POSITIVE_INFINITY;
  if (createdAtMs > latestMs)
    throw new Problem(400, "invalid-cursor", "The cursor is not one that a page ended with.");
  const hex = bytes.toString("hex", timeBytes);
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { createdAt: new Date(createdAtMs), id };
}
