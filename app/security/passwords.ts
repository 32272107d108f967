import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Turns } from "../turns.ts";
import { matchesImported, noPassword } from "./imported-hashes.ts";

const derive = promisify(argon2) as (algorithm: "argon2id", parameters: Argon2Parameters) => Promise<Buffer>;

/** OWASP's first choice for Argon2id. Memory in KiB. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const tagBytes = 32;

/** Each takes 19 MiB while it runs, and one of libuv's four threads. */
const concurrent = 2;
/** With some 50 ms each, the last in the queue waits a few seconds. */
const longestQueue = 100;

const phcForm = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/]{11,86})\$([\w+/]{22,86})$/;

/** Hashes and checks passwords, a few at a time so that memory stays bounded. Never inside a transaction. */
export class Passwords {
  private readonly turns = new Turns(concurrent, longestQueue);
  /** Checked where there is no account, so that both cases take the same time. */
  private readonly decoy = encode(cost, randomBytes(16), randomBytes(tagBytes));

  /**
   * @returns The hash in PHC form.
   * @throws Problem 503 when too many wait already.
   */
  hash(password: string): Promise<string> {
    return this.turns.take(async () => {
      const nonce = randomBytes(16);
      return encode(cost, nonce, await tagOf(password, cost, nonce, tagBytes));
    });
  }

  /**
   * @param hash In PHC form, or as an import brought it; undefined where there is no such account: the check then takes as long.
   * @param guard Called when it is this password's turn, and told of a wrong one; its errors are passed on.
   * @throws Problem 503 when too many wait already.
   */
  verify(
    password: string,
    hash: string | undefined,
    guard?: { check: () => Promise<void>; recordFailure: () => Promise<void> },
  ): Promise<boolean> {
    return this.turns.take(async () => {
      await guard?.check();
      const known = hash === noPassword ? undefined : hash;
      const right = (await matches(password, known ?? this.decoy)) && known !== undefined;
      if (!right) await guard?.recordFailure();
      return right;
    });
  }
}

/** Whether `hash` makes such hashes; others were imported and should be replaced. */
export const isCurrentHash = (hash: string): boolean => phcForm.test(hash);

async function matches(password: string, hash: string): Promise<boolean> {
  const imported = await matchesImported(password, hash);
  if (imported !== undefined) return imported;
  const [, memory, passes, parallelism, nonce, tag] = phcForm.exec(hash) ?? [];
  if (tag === undefined || nonce === undefined) throw new Error("A stored password hash is not in PHC form.");
  const expected = Buffer.from(tag, "base64");
  const itsCost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  return timingSafeEqual(
    await tagOf(password, itsCost, Buffer.from(nonce, "base64"), expected.length),
    expected,
  );
}

function tagOf(password: string, itsCost: typeof cost, nonce: Buffer, tagLength: number): Promise<Buffer> {
  // One spelling of what looks the same, whichever keyboard it came from.
  return derive("argon2id", { ...itsCost, message: password.normalize("NFKC"), nonce, tagLength });
}

function encode(itsCost: typeof cost, nonce: Buffer, tag: Buffer): string {
  const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  const { memory, passes, parallelism } = itsCost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(tag)}`;
}
