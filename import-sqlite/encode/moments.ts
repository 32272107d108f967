/** Moments as they stand in SQLite files, turned into what Postgres counts from 2000-01-01 on. */

/** Days from 1970-01-01 to 2000-01-01. */
const daysTo2000 = 10_957;
const dayMs = 86_400_000;
/** Midnight before noon of 2000-01-01, which is Julian day 2451545. */
const julianDayOf2000 = 2_451_544.5;

/** How a number represents a moment. */
export const numbersOfMoments = ["unix-seconds", "unix-milliseconds", "julian-day"] as const;
export type NumberOfMoments = (typeof numbersOfMoments)[number];

export interface Moment {
  /** Since 2000-01-01 00:00:00. */
  seconds: number;
  microseconds: number;
  /** What the text is: a date, a time of day without or with its offset from UTC. */
  form: "date" | "timestamp" | "timestamptz";
}

/**
 * Reads `YYYY-MM-DD`, with ` HH:MM[:SS[.ffffff]]` or the same behind a T, with `Z` or an offset. By hand, since every
 * moment of a file is read twice.
 * @returns undefined where the text is nothing of that kind, or a day or time that does not exist.
 */
export function momentOf(text: string): Moment | undefined {
  const { length } = text;
  if (length < 10 || length > 32 || text[4] !== "-" || text[7] !== "-") return undefined;
  const days = daysOf(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
  if (Number.isNaN(days)) return undefined;
  const midnight = (days - daysTo2000) * 86_400;
  if (length === 10) return { seconds: midnight, microseconds: 0, form: "date" };

  if ((text[10] !== " " && text[10] !== "T") || text[13] !== ":") return undefined;
  const hour = number(text, 11, 13);
  const minute = number(text, 14, 16);
  const withSeconds = text[16] === ":";
  const second = withSeconds ? number(text, 17, 19) : 0;
  // A comparison with NaN is false: what is no number is no time either.
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined;
  let at = withSeconds ? 19 : 16;
  let microseconds = 0;
  if (withSeconds && text[at] === ".") {
    const start = ++at;
    while (at < length && isDigit(text.charCodeAt(at))) at++;
    if (at === start || at - start > 6) return undefined;
    microseconds = number(text, start, at) * 10 ** (6 - (at - start));
  }
  const offset = at === length ? 0 : offsetOf(text.slice(at));
  if (offset === undefined) return undefined;
  return {
    seconds: midnight + hour * 3600 + minute * 60 + second - offset,
    microseconds,
    form: at === length ? "timestamp" : "timestamptz",
  };
}

/** @returns The moment to the nearest microsecond; undefined where Postgres has no such moment. */
export function momentOfNumber(value: number, kind: NumberOfMoments): Moment | undefined {
  let seconds: number;
  let microseconds: number;
  if (kind === "julian-day") {
    // SQLite itself counts Julian days in milliseconds.
    const ms = Math.round((value - julianDayOf2000) * dayMs);
    seconds = Math.floor(ms / 1000);
    microseconds = (ms - seconds * 1000) * 1000;
  } else {
    const unit = kind === "unix-seconds" ? 1 : 1000;
    const whole = Math.floor(value / unit);
    seconds = whole - daysTo2000 * 86_400;
    microseconds = Math.round(((value - whole * unit) * 1_000_000) / unit);
  }
  const earliest = -63_082_281_600;
  const latest = 252_455_616_000;
  // The years 1 to 9999, as SQLite's own functions know them.
  return seconds >= earliest && seconds < latest ? { seconds, microseconds, form: "timestamptz" } : undefined;
}

/** Days since 1970-01-01; NaN for a day that no calendar has. */
function daysOf(year: number, month: number, day: number): number {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return Number.NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last =
    month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  if (!(day <= last)) return Number.NaN;
  // Howard Hinnant's days_from_civil: years begin in March, so that the leap day is the last.
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** In seconds. */
function offsetOf(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined || Number(hours) > 15 || Number(minutes) > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

const isDigit = (code: number) => code >= 48 && code <= 57;

/** NaN where not every character is a digit. */
function number(text: string, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + code - 48;
  }
  return value;
}
