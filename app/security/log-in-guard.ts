import type { Kysely } from "kysely";
import { patiently } from "../database/deadline.ts";
import type { Database } from "../database/types.ts";
import { fillBucket, readBuckets } from "../repositories/rate-limits.ts";
import { knownAddresses } from "../repositories/sessions.ts";
import type { Limit, LimitName, Limits } from "../settings/limits.ts";
import { clientNetwork } from "./client-network.ts";
import { limitReached } from "./rate-limiter.ts";

/**
 * Slows down password guessing: counts wrong passwords by account, by address and by both, exactly, over all nodes. Up
 * to its limit each is answered at once, and then one at a time, at the pace that the limit is per window. So nobody is
 * ever shut out for longer than one such pause.
 */
export class LogInGuard {
  private readonly limits: Limits;
  private readonly database: Kysely<Database>;
  private readonly patienceMs: number;

  /** @param patienceMs How long a log-in waits for its counters before it goes on without them. */
  constructor(limits: Limits, database: Kysely<Database>, patienceMs: number) {
    this.limits = limits;
    this.database = database;
    this.patienceMs = patienceMs;
  }

  /**
   * Call right before the password is checked: then no more guesses slip through than are checked at once.
   * @throws Problem 429 that says when the next password will be looked at.
   */
  async check(handle: string, address: string): Promise<void> {
    const buckets = this.buckets(handle, address);
    const asked = readBuckets(
      this.database,
      buckets.map(({ bucket }) => bucket),
    );
    const held = await patiently(this.patienceMs, asked, () => new Map<string, number>());
    for (const { name, bucket } of buckets) {
      const waitMs = pauseMs(this.limits[name], held.get(bucket) ?? 0);
      if (waitMs <= 0) continue;
      // Strangers must not slow down whoever logged in from this address before: only what was guessed for this account
      // from there counts.
      if (name !== "logInFailuresPerAccountAndAddress" && (await this.isFamiliar(handle, address))) continue;
      throw limitReached(name, waitMs);
    }
  }

  /** Counts a wrong password. */
  async recordFailure(handle: string, address: string): Promise<void> {
    for (const { name, bucket } of this.buckets(handle, address)) {
      // Without an answer the guess is not counted: the log-in must not fail because of its counter.
      await patiently(this.patienceMs, fillBucket(this.database, bucket, this.limits[name]), () => undefined);
    }
  }

  /** Whether the account was logged in to from this address. */
  private async isFamiliar(handle: string, address: string): Promise<boolean> {
    const addresses = await patiently(this.patienceMs, knownAddresses(this.database, handle), () => []);
    return addresses.some((known) => clientNetwork(known) === address);
  }

  private buckets(handle: string, address: string): { name: LimitName; bucket: string }[] {
    const subjects = {
      logInFailuresPerAccountAndAddress: `${handle}@${address}`,
      logInFailuresPerAccount: handle,
      logInFailuresPerAddress: address,
    } as const;
    return Object.entries(subjects).map(([name, subject]) => ({
      name: name as LimitName,
      bucket: `wrong-passwords:${name}:${subject}`,
    }));
  }
}

/** How long until a bucket has room for one more, when it will be empty in `emptyInMs`. */
function pauseMs({ count, windowSeconds }: Limit, emptyInMs: number): number {
  return emptyInMs - (1_000 * windowSeconds * (count - 1)) / count;
}
