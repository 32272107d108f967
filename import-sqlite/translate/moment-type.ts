import type { NumberOfMoments } from "../encode/moments.ts";
import type { TypeName } from "../encode/types.ts";
import type { ColumnProfile } from "../sqlite/profile.ts";
import type { SqliteColumn } from "../sqlite/schema.ts";
import type { ColumnType } from "./column-choice.ts";
import { count } from "./count.ts";

/**
 * The type of a column that is declared for dates or times.
 * @param chosen What its numbers count, if a mapping says so.
 * @returns undefined if it holds anything else, or several kinds of them.
 */
export function ofMoments(
  column: SqliteColumn,
  profile: ColumnProfile,
  chosen: NumberOfMoments | undefined,
): ColumnType | undefined {
  const { integers, reals, texts } = profile;
  if (integers + reals === 0) return ofTexts(column, profile);
  const numbers = chosen ?? column.numbers ?? kindOfNumbers(profile);
  if (texts > 0 || numbers === undefined) return undefined;
  const fine = reals > 0 || /nanoseconds|file-time|ticks/.test(numbers);
  return {
    type: "timestamptz",
    numbers,
    differences: [
      `is declared ${column.declared} and holds ${meanings[numbers]}: they become timestamptz${fine ? ", fractions to the nearest microsecond" : ""}`,
    ],
  };
}

function ofTexts(column: SqliteColumn, profile: ColumnProfile): ColumnType | undefined {
  const { texts, dates, timestamps, timestampsWithZone, offsets } = profile;
  // A column declared for times may hold dates so far, and times tomorrow.
  if (dates === texts && !/TIME/i.test(column.declared)) return { type: "date", differences: [] };
  if (timestampsWithZone === texts) {
    const differences =
      offsets > 0
        ? [`has ${count(offsets, "moment")} with an offset from UTC: the moment is kept, its offset is not`]
        : [];
    return { type: "timestamptz", differences };
  }
  if (dates + timestamps !== texts) return undefined;
  const differences =
    dates > 0 ? [`has ${count(dates, "date")} among its times: they become the beginning of their day`] : [];
  return { type: "timestamp", differences };
}

/** What texts lose that a mapping file makes moments of. */
export function lossesOfMoments(type: TypeName, profile: ColumnProfile): string[] {
  const { offsets, runtimeTimestamps, runtimeTimestampsWithZone } = profile;
  const runtime = runtimeTimestamps + runtimeTimestampsWithZone;
  if (!type.startsWith("timestamp") || offsets + runtime === 0) return [];
  return [
    `has ${count(offsets + runtime, "moment")} with an offset or finer than a microsecond: the moment is kept to the microsecond, its offset is not`,
  ];
}

const meanings: Record<NumberOfMoments, string> = {
  "unix-seconds": "seconds since 1970",
  "unix-milliseconds": "milliseconds since 1970",
  "unix-microseconds": "microseconds since 1970",
  "unix-nanoseconds": "nanoseconds since 1970",
  "apple-seconds": "seconds since 2001",
  "apple-nanoseconds": "nanoseconds since 2001",
  "webkit-microseconds": "microseconds since 1601",
  "windows-file-time": "tenths of a microsecond since 1601",
  "dotnet-ticks": "tenths of a microsecond since the year 1",
  "julian-day": "Julian days",
};

/**
 * The numbers that only one unit explains, for moments until some centuries from now: seconds before September 2001
 * would be others since 2001, nanoseconds other nanoseconds.
 */
const ranges: [NumberOfMoments, number, number][] = [
  ["unix-seconds", 1e9, 1e10],
  ["unix-milliseconds", 1e11, 1e13],
  ["unix-microseconds", 1e14, 1e16],
  ["webkit-microseconds", 1.15e16, 2.2e16],
  ["unix-nanoseconds", 1e18, 9e18],
];

function kindOfNumbers(profile: ColumnProfile): NumberOfMoments | undefined {
  const { integers, reals } = profile;
  const smallest = Math.min(
    ...(integers ? [Number(profile.smallestInteger)] : []),
    ...(reals ? [profile.smallestReal] : []),
  );
  const largest = Math.max(
    ...(integers ? [Number(profile.largestInteger)] : []),
    ...(reals ? [profile.largestReal] : []),
  );
  const found = ranges.find(([, from, to]) => smallest >= from && largest < to);
  if (found) return found[0];
  return reals > 0 && smallest >= 2_400_000.5 && largest < 2_600_000 ? "julian-day" : undefined;
}

/** Said of numbers that stay numbers, so that a mapping file can make moments of them. */
export const howToMap = (column: SqliteColumn): string =>
  `is declared ${column.declared} and holds numbers that several units explain, or none: they stay numbers; "type": "timestamptz" with "numbers" in a mapping file says what they count`;
