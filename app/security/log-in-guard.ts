import type { Kysely } from "kysely";
import { patiently } from "../database/deadline.ts";
import type { Database } from "../database/types.ts";
import { readBuckets, takePermits } from "../repositories/rate-limits.ts";
import { knownAddresses } from "../repositories/sessions.ts";
import type { LimitName, Limits } from "../settings/limits.ts";
import { clientNetwork } from "./client-network.ts";
import { limitReached } from "./rate-limiter.ts";

/** How long a log-in waits for its counters before it goes on without them. */
const patienceMs = 1_000;

/** Stops password guessing: counts wrong passwords by account, by address and by both, exactly, over all nodes. */
export class LogInGuard {
  private readonly limits: Limits;
  private readonly database: Kysely<Database>;

  constructor(limits: Limits, database: Kysely<Database>) {
    this.limits = limits;
    this.database = database;
  }

  /**
   * Call right before the password is checked: then no more guesses slip through than are checked at once.
   * @throws Problem 429 when one of the limits is reached.
   */
  async check(handle: string, address: string): Promise<void> {
    const buckets = this.buckets(handle, address);
    const asked = readBuckets(
      this.database,
      buckets.map(({ bucket }) => bucket),
    );
    const held = await patiently(patienceMs, asked, () => new Map());
    for (const { name, bucket } of buckets) {
      const { count = 0, resetsInMs = 0 } = held.get(bucket) ?? {};
      if (count < this.limits[name].count) continue;
      // Strangers must not shut out whoever logged in from this address before: only their own guesses count there.
      if (name === "logInFailuresPerAccount" && (await this.isFamiliar(handle, address))) continue;
      throw limitReached(name, resetsInMs);
    }
  }

  /** Counts a wrong password. */
  async recordFailure(handle: string, address: string): Promise<void> {
    for (const { name, bucket } of this.buckets(handle, address)) {
      const { windowSeconds } = this.limits[name];
      // Without an answer the guess is not counted: the log-in must not fail because of its counter.
      await patiently(patienceMs, takePermits(this.database, bucket, 1, windowSeconds), () => undefined);
    }
  }

  /** Whether the account was logged in to from this address. */
  private async isFamiliar(handle: string, address: string): Promise<boolean> {
    const addresses = await patiently(patienceMs, knownAddresses(this.database, handle), () => []);
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
      bucket: `${name}:${subject}`,
    }));
  }
}
