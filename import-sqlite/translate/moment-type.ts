import type { NumberOfMoments } from "../encode/moments.ts";
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
  const { integers, reals, texts, dates, timestamps, timestampsWithZone } = profile;
  if (integers + reals === 0) {
    if (dates === texts) return { type: "date", differences: [] };
    if (timestampsWithZone === texts) return { type: "timestamptz", differences: [] };
    // In a column declared for times, a date alone means the beginning of that day.
    if (dates + timestamps === texts) {
      const differences =
        dates > 0
          ? [`has ${count(dates, "date")} among its times: they become the beginning of their day`]
          : [];
      return { type: "timestamp", differences };
    }
    return undefined;
  }
  const numbers = chosen ?? kindOfNumbers(profile);
  if (texts > 0 || numbers === undefined) return undefined;
  const how = { "unix-seconds": "seconds", "unix-milliseconds": "milliseconds", "julian-day": "Julian days" };
  const exact = reals === 0 ? "" : ", fractions to the nearest microsecond";
  const since = numbers === "julian-day" ? "" : " since 1970";
  return {
    type: "timestamptz",
    numbers,
    differences: [
      `is declared ${column.declared} and holds ${how[numbers]}${since}: they become timestamptz${exact}`,
    ],
  };
}

/** Only where no other reading makes sense: the years 1973 to 2286, and for Julian days 1858 to 2406. */
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
  if (smallest >= 1e8 && largest < 1e10) return "unix-seconds";
  if (smallest >= 1e11 && largest < 1e13) return "unix-milliseconds";
  if (reals > 0 && smallest >= 2_400_000.5 && largest < 2_600_000) return "julian-day";
  return undefined;
}
