/** Moments as they stand in SQLite files, turned into what Postgres counts from 2000-01-01 on. */

/** Days from 1970-01-01 to 2000-01-01. */
const daysTo2000 = 10_957;
const dayMs = 86_400_000;
/** Midnight before noon of 2000-01-01, which is Julian day 2451545. */
const julianDayOf2000 = 2_451_544.5;

/** Units of numbers that are moments: how many make a second, and when they begin, in seconds since 1970. */
const units = {
  "unix-seconds": { perSecond: 1, begins: 0 },
  "unix-milliseconds": { perSecond: 1_000, begins: 0 },
  "unix-microseconds": { perSecond: 1_000_000, begins: 0 },
  "unix-nanoseconds": { perSecond: 1_000_000_000, begins: 0 },
  // Core Data and the rest of iOS and macOS, from 2001 on.
  "apple-seconds": { perSecond: 1, begins: 978_307_200 },
  "apple-nanoseconds": { perSecond: 1_000_000_000, begins: 978_307_200 },
  // Chrome's, and the file times of Windows, from 1601 on.
  "webkit-microseconds": { perSecond: 1_000_000, begins: -11_644_473_600 },
  "windows-file-time": { perSecond: 10_000_000, begins: -11_644_473_600 },
  // Of .NET, from the year 1 on.
  "dotnet-ticks": { perSecond: 10_000_000, begins: -62_135_596_800 },
} as const;

/** How a number represents a moment. */
export type NumberOfMoments = keyof typeof units | "julian-day";

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
  // Sequelize puts a blank before the offset.
  const offset = at === length ? 0 : offsetOf(text.slice(text[at] === " " ? at + 1 : at));
  if (offset === undefined) return undefined;
  return {
    seconds: midnight + hour * 3600 + minute * 60 + second - offset,
    microseconds,
    form: at === length ? "timestamp" : "timestamptz",
  };
}

/**
 * @param value Beyond 2^53 a bigint, or digits would be lost.
 * @returns The moment to the nearest microsecond; undefined where Postgres has no such moment.
 */
export function momentOfNumber(value: number | bigint, kind: NumberOfMoments): Moment | undefined {
  let seconds: number;
  let microseconds: number;
  if (kind === "julian-day") {
    // SQLite itself counts Julian days in milliseconds.
    const ms = Math.round((Number(value) - julianDayOf2000) * dayMs);
    seconds = Math.floor(ms / 1000);
    microseconds = (ms - seconds * 1000) * 1000;
  } else {
    const { perSecond, begins } = units[kind];
    const whole = wholeSeconds(value, perSecond);
    seconds = whole + begins - daysTo2000 * 86_400;
    const rest =
      typeof value === "bigint"
        ? Number(value - BigInt(whole) * BigInt(perSecond))
        : value - whole * perSecond;
    microseconds = Math.round((rest * 1_000_000) / perSecond);
  }
  const earliest = -63_082_281_600;
  const latest = 252_455_616_000;
  // The years 1 to 9999, as SQLite's own functions know them.
  return seconds >= earliest && seconds < latest ? { seconds, microseconds, form: "timestamptz" } : undefined;
}

function wholeSeconds(value: number | bigint, perSecond: number): number {
  if (typeof value === "number") return Math.floor(value / perSecond);
  const quotient = value / BigInt(perSecond);
  return Number(value < 0n && quotient * BigInt(perSecond) !== value ? quotient - 1n : quotient);
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
