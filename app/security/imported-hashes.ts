import { pbkdf2, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/**
 * Password hashes of imported applications, as Werkzeug, and so Flask, writes them. They are replaced by Argon2id at the
 * next log-in.
 */
const scryptForm = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2})\$([^$]{1,128})\$([0-9a-f]{128})$/;
const pbkdf2Form = /^pbkdf2:(sha1|sha256|sha512):(\d{1,7})\$([^$]{1,128})\$([0-9a-f]{32,128})$/;

/** What one check may cost. Werkzeug's own scrypt takes 32 MiB. */
const mostScryptBytes = 64 * 1024 * 1024;
const mostIterations = 2_000_000;

const deriveScrypt = promisify(scrypt) as (
  password: string,
  salt: string,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>;
const derivePbkdf2 = promisify(pbkdf2);

/** Stands for an imported password that cannot be checked: no password matches. */
export const noPassword = "!";

/** Whether `matchesImported` can check it at an acceptable cost. */
export function isImportedHash(hash: string): boolean {
  return parse(hash) !== undefined;
}

/** @returns undefined where the hash is in no such form. */
export async function matchesImported(password: string, hash: string): Promise<boolean | undefined> {
  const parsed = parse(hash);
  if (!parsed) return undefined;
  return timingSafeEqual(await parsed.derive(password), parsed.expected);
}

interface Parsed {
  expected: Buffer;
  derive: (password: string) => Promise<Buffer>;
}

function parse(hash: string): Parsed | undefined {
  return parseScrypt(hash) ?? parsePbkdf2(hash);
}

function parseScrypt(hash: string): Parsed | undefined {
  const [, n, r, p, salt, digits] = scryptForm.exec(hash) ?? [];
  if (salt === undefined || digits === undefined) return undefined;
  const [N, blockSize, lanes] = [Number(n), Number(r), Number(p)];
  const bytes = 128 * N * blockSize;
  // N is a power of two, or OpenSSL refuses it.
  const allowed = N > 1 && Number.isInteger(Math.log2(N)) && blockSize > 0 && lanes > 0 && lanes <= 4;
  if (!allowed || bytes > mostScryptBytes) return undefined;
  const expected = Buffer.from(digits, "hex");
  const options = { N, r: blockSize, p: lanes, maxmem: bytes + 128 * blockSize * lanes + 1024 * 1024 };
  return { expected, derive: (password) => deriveScrypt(password, salt, expected.length, options) };
}

function parsePbkdf2(hash: string): Parsed | undefined {
  const [, digest, iterations, salt, digits] = pbkdf2Form.exec(hash) ?? [];
  if (digest === undefined || salt === undefined || digits === undefined) return undefined;
  const count = Number(iterations);
  if (count < 1 || count > mostIterations) return undefined;
  const expected = Buffer.from(digits, "hex");
  return { expected, derive: (password) => derivePbkdf2(password, salt, count, expected.length, digest) };
}
