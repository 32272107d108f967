import { type Argon2Algorithm, argon2, createHash, pbkdf2, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { verify as verifyBcrypt } from "@node-rs/bcrypt";
import { Turns } from "../turns.ts";

/**
 * Password hashes of imported applications. They are replaced by Argon2id at the next log-in. Passwords are taken as
 * they were typed: none of those applications normalizes them.
 */
type Check = (password: string) => Promise<boolean>;

/** Stands for an imported password that cannot be checked: no password matches. */
export const noPassword = "!";

/** What one check may cost. Django's Argon2 takes 100 MiB; bcrypt's cost is a power of two. */
const most = {
  scryptBytes: 64 * 1024 * 1024,
  argon2Kibibytes: 128 * 1024,
  argon2Passes: 16,
  pbkdf2Iterations: 2_000_000,
  bcryptCost: 14,
};

/** What takes more than this is checked one at a time. */
const largeBytes = 40 * 1024 * 1024;
const large = new Turns(1, 100);

const deriveScrypt = promisify(scrypt) as (
  password: string,
  salt: string | Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>;
const derivePbkdf2 = promisify(pbkdf2);
const deriveArgon2 = promisify(argon2);

/** Whether `matchesImported` can check it at an acceptable cost. */
export function isImportedHash(hash: string): boolean {
  return checkOf(hash) !== undefined;
}

/** @returns undefined where the hash is in no such form. */
export async function matchesImported(password: string, hash: string): Promise<boolean | undefined> {
  return checkOf(hash)?.(password);
}

function checkOf(hash: string): Check | undefined {
  for (const form of forms) {
    const found = form.pattern.exec(hash);
    if (found) return form.read(found.groups as Record<string, string>);
  }
  return undefined;
}

/** Each reads what its pattern has found; undefined where a check would cost too much. */
const forms: { pattern: RegExp; read: (parts: Record<string, string>) => Check | undefined }[] = [
  {
    // Werkzeug, and so Flask.
    pattern:
      /^scrypt:(?<n>\d{1,7}):(?<r>\d{1,2}):(?<p>\d{1,2})\$(?<salt>[^$]{1,128})\$(?<digest>[0-9a-f]{128})$/,
    read: ({ n, r, p, salt = "", digest }) => scryptCheck(Number(n), r, p, salt, bytes(digest, "hex")),
  },
  {
    // passlib and others that write the PHC form, where N is given by its logarithm.
    pattern:
      /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,2}),p=(?<p>\d{1,2})\$(?<salt>[\w+/]{8,86})\$(?<digest>[\w+/]{22,86})$/,
    read: ({ ln, r, p, salt, digest }) => scryptCheck(2 ** Number(ln), r, p, bytes(salt), bytes(digest)),
  },
  {
    pattern:
      /^pbkdf2:(?<name>sha1|sha256|sha512):(?<count>\d{1,7})\$(?<salt>[^$]{1,128})\$(?<digest>[0-9a-f]{32,128})$/,
    read: ({ name, count, salt = "", digest }) => pbkdf2Check(name, count, salt, bytes(digest, "hex")),
  },
  {
    // passlib, whose base64 has a dot for the plus.
    pattern:
      /^\$pbkdf2(-(?<name>sha256|sha512))?\$(?<count>\d{1,7})\$(?<salt>[\w./]{8,86})\$(?<digest>[\w./]{22,86})$/,
    read: ({ name = "sha1", count, salt = "", digest = "" }) =>
      pbkdf2Check(name, count, bytes(salt.replaceAll(".", "+")), bytes(digest.replaceAll(".", "+"))),
  },
  {
    // Laravel, Rails, Strapi and many more; Django's is the SHA-256 of the password, as bcrypt reads 72 bytes only.
    pattern: /^(?<django>bcrypt_sha256\$|bcrypt\$)?(?<hash>\$2[aby]\$(?<cost>\d\d)\$[./A-Za-z0-9]{53})$/,
    read: ({ django, hash = "", cost }) => {
      if (Number(cost) < 4 || Number(cost) > most.bcryptCost) return undefined;
      const hashed = (password: string) =>
        django === "bcrypt_sha256$" ? createHash("sha256").update(password).digest("hex") : password;
      return (password) => verifyBcrypt(hashed(password), hash);
    },
  },
  {
    // Of Django, and what the import marks so because it did not come from this service.
    pattern:
      /^argon2\$(?<algorithm>argon2(id|i|d))\$v=19\$m=(?<m>\d{1,7}),t=(?<t>\d{1,2}),p=(?<p>\d{1,2})\$(?<salt>[\w+/]{11,86})\$(?<digest>[\w+/]{22,86})$/,
    read: argon2Check,
  },
];

const bytes = (text = "", encoding: "hex" | "base64" = "base64") => Buffer.from(text, encoding);

function scryptCheck(N: number, r = "", p = "", salt: string | Buffer, expected: Buffer): Check | undefined {
  const [blockSize, lanes] = [Number(r), Number(p)];
  const memory = 128 * N * blockSize;
  // N is a power of two, or OpenSSL refuses it.
  const allowed = N > 1 && Number.isInteger(Math.log2(N)) && blockSize > 0 && lanes > 0 && lanes <= 8;
  if (!allowed || memory > most.scryptBytes || memory * lanes > 4 * most.scryptBytes) return undefined;
  const options = { N, r: blockSize, p: lanes, maxmem: memory + 128 * blockSize * lanes + 1024 * 1024 };
  return (password) =>
    inTurn(memory, async () =>
      timingSafeEqual(await deriveScrypt(password, salt, expected.length, options), expected),
    );
}

function pbkdf2Check(name = "", count = "", salt: string | Buffer, expected: Buffer): Check | undefined {
  const iterations = Number(count);
  if (iterations < 1 || iterations > most.pbkdf2Iterations) return undefined;
  return async (password) =>
    timingSafeEqual(await derivePbkdf2(password, salt, iterations, expected.length, name), expected);
}

function argon2Check({ algorithm, m, t, p, salt, digest }: Record<string, string>): Check | undefined {
  const [memory, passes, parallelism] = [Number(m), Number(t), Number(p)];
  if (memory > most.argon2Kibibytes || passes > most.argon2Passes) return undefined;
  if (passes < 1 || parallelism < 1 || memory < 8 * parallelism) return undefined;
  const [nonce, expected] = [bytes(salt), bytes(digest)];
  const parameters = { memory, passes, parallelism, nonce, tagLength: expected.length };
  return (message) =>
    inTurn(memory * 1024, async () =>
      timingSafeEqual(await deriveArgon2(algorithm as Argon2Algorithm, { message, ...parameters }), expected),
    );
}

const inTurn = (memory: number, check: () => Promise<boolean>) =>
  memory > largeBytes ? large.take(check) : check();
