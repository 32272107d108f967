import { PersonError } from "../../infra/errors.ts";

/**
 * `latest`, or a time as `backups plan` takes it.
 * @param text A time without a zone is local time.
 */
export function readTarget(text: string | undefined): string {
  if (text === undefined)
    throw new PersonError("--to is missing; allowed are latest or a time like 2026-01-31T12:00:00Z.");
  if (text === "latest") return text;
  const moment = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(moment.getTime())) {
    throw new PersonError(`--to is "${text}"; allowed are latest or a time like 2026-01-31T12:00:00Z.`);
  }
  return moment.toISOString();
}

export function readTimeline(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new PersonError(`--timeline is "${text}"; allowed is a whole number from 1.`);
  }
  return Number(text);
}
