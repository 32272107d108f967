import { createHash } from "node:crypto";

/**
 * A UUID of version 7 that is the same each time for the same row: a time, and in place of randomness a hash of where
 * the row came from. It sorts by time, like the service's own.
 * @param momentMs Since 1970.
 */
export function uuidOf(origin: readonly string[], momentMs: number): string {
  const bytes = createHash("sha256").update(JSON.stringify(origin)).digest().subarray(0, 16);
  bytes.writeUIntBE(Math.min(Math.max(0, Math.trunc(momentMs)), 2 ** 48 - 1), 0, 6);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const shortest = 3;
const longest = 40;

/** A name as the service's handles are: 3 to 40 of a-z, 0-9, _ and -. */
export function handleOf(name: string, fallback: string): string {
  const folded = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "_")
    .replace(/^_+|_+$/g, "");
  const handle = (
    folded === "" ? `user_${fallback.replace(/[^a-z0-9_-]+/gi, "_").toLowerCase()}` : folded
  ).slice(0, longest);
  return handle.padEnd(shortest, "_");
}

/** The handle with a number appended, within the length limit. */
export function numbered(handle: string, number: number): string {
  const suffix = `_${number}`;
  return `${handle.slice(0, longest - suffix.length)}${suffix}`;
}

/** As it is stored, or undefined where it is no address. */
export function emailOf(text: string): string | undefined {
  const email = text.trim().toLowerCase();
  return /^[^\s@]+@[^\s@]+$/.test(email) && email.length <= 254 ? email : undefined;
}
