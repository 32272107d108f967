/** At most `count` in any window of `windowSeconds`, over all nodes together. */
export interface Limit {
  count: number;
  windowSeconds: number;
}

/**
 * What is limited. Whole numbers that stop abuse and stay out of the way of use; a deployment sets its own with
 * `RATE_LIMITS="writesPerAccount=600/60 signUpsPerAddress=20/3600"`, counts over seconds.
 */
export const defaultLimits = {
  /** Posts, profile changes and uploads of one account. */
  writesPerAccount: { count: 6_000, windowSeconds: 60 },
  /** An upload costs seconds of a processor, and three copies that stay for an hour: this is an account's quota too. */
  uploadsPerAccount: { count: 60, windowSeconds: 3_600 },
  /** An export reads everything. */
  exportsPerAccount: { count: 10, windowSeconds: 3_600 },
  /** A household or a class, not a machine. */
  signUpsPerAddress: { count: 30, windowSeconds: 3_600 },
  // Wrong passwords: so many at once, and then one at a time at the same pace, here one in 90 s, 9 s and 3 s. Whoever
  // logged in to the account from the same address before is held to the first of the three alone.
  /** For one account from one address: someone guesses. */
  logInFailuresPerAccountAndAddress: { count: 10, windowSeconds: 900 },
  /** For one account from anywhere: many guess together. */
  logInFailuresPerAccount: { count: 100, windowSeconds: 900 },
  /** From one address for any account: someone tries a list. */
  logInFailuresPerAddress: { count: 300, windowSeconds: 900 },
  /** Log-ins and refreshes from one address, right ones too. */
  sessionsPerAddress: { count: 600, windowSeconds: 60 },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof defaultLimits;
export type Limits = Record<LimitName, Limit>;

/**
 * Reads `NAME=COUNT/SECONDS …`; what is not named keeps its default.
 * @throws Error whose message ends the sentence "RATE_LIMITS …".
 */
export function parseLimits(text: string): Limits {
  const limits: Limits = { ...defaultLimits };
  for (const entry of text.split(/[\s,]+/).filter(Boolean)) {
    const [, name = "", count, seconds] = /^(\w+)=(\d{1,9})\/(\d{1,6})$/.exec(entry) ?? [];
    if (!Object.hasOwn(defaultLimits, name)) {
      throw new Error(
        `has "${entry}"; allowed is NAME=COUNT/SECONDS with a name of ${Object.keys(defaultLimits).join(", ")}.`,
      );
    }
    const limit = { count: Number(count), windowSeconds: Number(seconds) };
    if (limit.count < 1 || limit.windowSeconds < 1)
      throw new Error(`has "${entry}"; both numbers are at least 1.`);
    limits[name as LimitName] = limit;
  }
  return limits;
}
