import { PersonError } from "../infra/errors.ts";
import type { LogRange } from "../running-stack/logs.ts";

/** How many lines of each part are shown where nothing else is asked for. */
const defaultTail = 50;

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Reads `--tail` and `--since`. Since a time everything is shown, unless it is limited too.
 * @throws PersonError that says what is allowed.
 */
export function readLogRange(
  { tail, since }: { tail: string | undefined; since: string | undefined },
  now: Date,
): LogRange {
  return {
    tail: tail === undefined && since !== undefined ? undefined : readTail(tail),
    since: since === undefined ? undefined : readSince(since, now),
  };
}

function readTail(text: string | undefined): number | undefined {
  if (text === undefined) return defaultTail;
  if (text === "all") return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw new PersonError(`--tail is "${text}"; allowed are a whole number and all.`);
  return Number(text);
}

function readSince(text: string, now: Date): string {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = unitSeconds[unit];
  if (seconds !== undefined) return new Date(now.getTime() - Number(count) * seconds * 1000).toISOString();
  const moment = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(moment.getTime())) {
    throw new PersonError(
      `--since is "${text}"; allowed are 90s, 10m, 2h, 1d or a time like 2026-01-31T12:00:00Z.`,
    );
  }
  return moment.toISOString();
}
