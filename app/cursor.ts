import { Problem } from "./problem.ts";
import type { Position } from "./repositories/posts.ts";

/** Milliseconds since 1970, unsigned; before 1970 signed, in eight bytes. */
const timeBytes = { since1970: 6, before1970: 8 };
const idBytes = 16;
/** The last millisecond of the year 9999: Postgres cannot read later times. */
const latestMs = 253_402_300_799_999;
/** The first millisecond of the year 1: earlier ones have no ISO form that Postgres reads. */
const earliestMs = -62_135_596_800_000;

/** Where a page ended, as an opaque text for the client to send back. */
export function cursorOf({ createdAt, id }: Position): string {
  const ms = createdAt.getTime();
  const time = Buffer.alloc(ms < 0 ? timeBytes.before1970 : timeBytes.since1970);
  if (ms < 0) time.writeBigInt64BE(BigInt(ms));
  else time.writeUIntBE(ms, 0, timeBytes.since1970);
  return Buffer.concat([time, Buffer.from(id.replaceAll("-", ""), "hex")]).toString("base64url");
}

/**
 * @param cursor What a client sent.
 * @throws Problem 400 for a text that cursorOf did not make.
 */
export function positionAt(cursor: string): Position {
  const bytes = Buffer.from(cursor, "base64url");
  const createdAtMs = bytes.toString("base64url") === cursor ? timeIn(bytes) : undefined;
  if (createdAtMs === undefined)
    throw new Problem(400, "invalid-cursor", "The cursor is not one that a page ended with.");
  const hex = bytes.toString("hex", bytes.length - idBytes);
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { createdAt: new Date(createdAtMs), id };
}

/** The cursor's time in ms; undefined where there is none. */
function timeIn(cursor: Buffer): number | undefined {
  if (cursor.length === timeBytes.since1970 + idBytes) {
    const ms = cursor.readUIntBE(0, timeBytes.since1970);
    return ms <= latestMs ? ms : undefined;
  }
  if (cursor.length !== timeBytes.before1970 + idBytes) return undefined;
  const ms = Number(cursor.readBigInt64BE());
  return ms < 0 && ms >= earliestMs ? ms : undefined;
}
