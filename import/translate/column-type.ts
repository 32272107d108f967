import type { NumberOfMoments } from "../encode/moments.ts";
import type { TypeName } from "../encode/types.ts";
import { type ColumnProfile, isForJson, isForMoments } from "../sqlite/profile.ts";
import type { SqliteColumn } from "../sqlite/schema.ts";
import { affinityOf } from "./affinity.ts";

export interface ColumnType {
  type: TypeName;
  /** How a number in a column of moments is read. */
  numbers?: NumberOfMoments;
  /** What of the column is not exactly as it was; each ends the sentence "Column …". */
  differences: string[];
}

/** What a mapping file says of a column. */
export interface ColumnWish {
  type?: TypeName;
  numbers?: NumberOfMoments;
  replaceUnstorable?: boolean;
  /** A generated column becomes a plain one. */
  keepValues?: boolean;
}

const safe = BigInt(Number.MAX_SAFE_INTEGER);

/** Decides by what a column holds; what it was declared as is a hint, which SQLite does not hold anyone to. */
export function columnType(
  column: SqliteColumn,
  profile: ColumnProfile,
  wish: ColumnWish = {},
  strict = false,
): ColumnType {
  if (wish.type) return { type: wish.type, ...(wish.numbers && { numbers: wish.numbers }), differences: [] };
  const { integers, reals, texts, blobs, unstorable } = profile;
  const numbers = integers + reals;
  if (numbers + texts + blobs === 0) return ofDeclaration(column, strict);
  if (blobs > 0 || (unstorable > 0 && !wish.replaceUnstorable)) return bytes(column, profile);
  if (isForMoments(column)) {
    const moments = ofMoments(column, profile, wish.numbers);
    if (moments) return moments;
  }
  if (texts > 0) return text(column, profile, wish);
  return ofNumbers(column, profile);
}

function ofDeclaration(column: SqliteColumn, strict: boolean): ColumnType {
  const type = ((): TypeName => {
    if (/^BOOL/i.test(column.declared)) return "boolean";
    if (isForJson(column)) return "json";
    if (/^DATE$/i.test(column.declared)) return "date";
    if (isForMoments(column)) return "timestamp";
    switch (affinityOf(column.declared)) {
      case "integer":
        return "bigint";
      case "real":
        return "double precision";
      case "numeric":
        return strict ? "text" : "numeric";
      case "blob":
        return column.declared === "" ? "text" : "bytea";
      default:
        return "text";
    }
  })();
  return { type, differences: [] };
}

function bytes(column: SqliteColumn, profile: ColumnProfile): ColumnType {
  const { integers, reals, texts, unstorable } = profile;
  const differences: string[] = [];
  if (unstorable > 0) {
    differences.push(
      `has ${count(unstorable, "text")} with a NUL or bytes that are not UTF-8, which Postgres' text cannot hold: it becomes bytea, its texts as their bytes`,
    );
  } else if (texts > 0) {
    differences.push(`has ${count(texts, "text")} among its blobs: it becomes bytea, texts as their bytes`);
  } else if (affinityOf(column.declared) !== "blob") {
    differences.push(`is declared ${column.declared} and holds blobs: it becomes bytea`);
  }
  if (integers + reals > 0) {
    differences.push(
      `has ${count(integers + reals, "number")} among its blobs: they become their decimal text`,
    );
  }
  return { type: "bytea", differences };
}

function ofMoments(
  column: SqliteColumn,
  profile: ColumnProfile,
  wished: NumberOfMoments | undefined,
): ColumnType | undefined {
  const { integers, reals, texts, dates, timestamps, timestampsWithZone } = profile;
  if (integers + reals === 0) {
    if (dates === texts) return { type: "date", differences: [] };
    if (timestampsWithZone === texts) return { type: "timestamptz", differences: [] };
    // Dates alone are written as times by those who declare a time of day too.
    if (dates + timestamps === texts) {
      const differences =
        dates > 0
          ? [`has ${count(dates, "date")} among its times: they become the beginning of their day`]
          : [];
      return { type: "timestamp", differences };
    }
    return undefined;
  }
  const numbers = wished ?? kindOfNumbers(profile);
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

/** Told only where no other reading makes sense: years 1973 to 2286, and for Julian days 1858 to 2406. */
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

function text(column: SqliteColumn, profile: ColumnProfile, wish: ColumnWish): ColumnType {
  const { integers, reals, texts, unstorable } = profile;
  const differences: string[] = [];
  if (integers + reals > 0) {
    differences.push(
      `is declared ${column.declared || "without a type"} and holds ${count(texts, "text")} beside ${count(integers + reals, "number")}: it becomes text, numbers as they are written`,
    );
  } else if (
    !["text", "blob"].includes(affinityOf(column.declared)) &&
    !isForMoments(column) &&
    !isForJson(column)
  ) {
    differences.push(`is declared ${column.declared} and holds texts: it becomes text`);
  } else if (isForMoments(column)) {
    differences.push(
      `is declared ${column.declared} and has texts that are no such moment, or of several forms: it becomes text`,
    );
  }
  if (unstorable > 0 && wish.replaceUnstorable) {
    differences.push(
      `has ${count(unstorable, "text")} whose NULs and wrong bytes are replaced by U+FFFD, as the mapping says`,
    );
  }
  const json = isForJson(column) && integers + reals === 0 && profile.notJson === 0;
  if (isForJson(column) && !json)
    differences.push(`has ${count(profile.notJson, "text")} that are no JSON: it becomes text`);
  return { type: json ? "json" : "text", differences };
}

function ofNumbers(column: SqliteColumn, profile: ColumnProfile): ColumnType {
  const { integers, reals, smallestInteger, largestInteger } = profile;
  const affinity = affinityOf(column.declared);
  if (/^BOOL/i.test(column.declared)) {
    if (reals === 0 && smallestInteger >= 0n && largestInteger <= 1n)
      return { type: "boolean", differences: [] };
    return {
      ...ofNumbers({ ...column, declared: "INTEGER" }, profile),
      differences: [`is declared ${column.declared} and holds other numbers than 0 and 1: it stays a number`],
    };
  }
  if (affinity === "numeric" && /^(DEC|NUM|MONEY)/i.test(column.declared))
    return { type: "numeric", differences: [] };
  if (affinity === "text") {
    // Only a file that was tampered with has numbers here.
    return { type: "text", differences: ["holds numbers although it is declared as text: they become text"] };
  }
  if (reals === 0) return { type: affinity === "real" ? "double precision" : "bigint", differences: [] };
  if (integers === 0) {
    const differences =
      affinity === "integer"
        ? [`is declared ${column.declared} and holds fractions: it becomes double precision`]
        : [];
    return { type: "double precision", differences };
  }
  const doubles = smallestInteger >= -safe && largestInteger <= safe;
  const type = doubles ? "double precision" : "numeric";
  const differences =
    affinity === "real"
      ? []
      : [`holds whole numbers and fractions: it becomes ${type}, 1 and 1.0 being the same`];
  return { type, differences };
}

export const count = (number: number, what: string): string =>
  `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
