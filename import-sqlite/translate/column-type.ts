import type { TypeName } from "../encode/types.ts";
import { type ColumnProfile, isForJson, isForMoments, isForTruth } from "../sqlite/profile.ts";
import type { SqliteColumn } from "../sqlite/schema.ts";
import { affinityOf } from "./affinity.ts";
import type { ColumnChoice, ColumnType } from "./column-choice.ts";
import { count } from "./count.ts";
import { howToMap, lossesOfMoments, ofMoments } from "./moment-type.ts";
import { proposalFor } from "./proposal.ts";

const safe = BigInt(Number.MAX_SAFE_INTEGER);

/** Decides by what the column holds. Its declared type is only a hint, since SQLite does not enforce it. */
export function columnType(
  column: SqliteColumn,
  profile: ColumnProfile,
  choice: ColumnChoice = {},
  strict = false,
): ColumnType {
  if (choice.type)
    return {
      ...{ type: choice.type, differences: lossesOfMoments(choice.type, profile) },
      ...(choice.numbers && { numbers: choice.numbers }),
    };
  const { integers, reals, texts, blobs, unstorable } = profile;
  const numbers = integers + reals;
  if (numbers + texts + blobs === 0) return ofDeclaration(column, strict);
  if (blobs > 0 || (unstorable > 0 && !choice.replaceUnstorable)) return bytes(column, profile);
  if (isForMoments(column)) {
    const moments = ofMoments(column, profile, choice.numbers);
    if (moments) return moments;
  }
  if (texts > 0) return { ...text(column, profile, choice), ...proposalFor(column, profile) };
  const plain = ofNumbers(column, profile);
  return isForMoments(column) ? { ...plain, differences: [...plain.differences, howToMap(column)] } : plain;
}

function ofDeclaration(column: SqliteColumn, strict: boolean): ColumnType {
  const type = ((): TypeName => {
    if (isForTruth(column)) return "boolean";
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

function text(column: SqliteColumn, profile: ColumnProfile, choice: ColumnChoice): ColumnType {
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
  if (unstorable > 0 && choice.replaceUnstorable) {
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
  if (isForTruth(column)) {
    if (reals === 0 && smallestInteger >= 0n && largestInteger <= 1n)
      return { type: "boolean", differences: [] };
    return {
      ...ofNumbers({ ...column, declared: "INTEGER" }, profile),
      differences: [`is declared ${column.declared} and holds other numbers than 0 and 1: it stays a number`],
    };
  }
  const infinite = [profile.smallestReal, profile.largestReal].some(
    (real) => Math.abs(real) === Number.POSITIVE_INFINITY,
  );
  if (affinity === "numeric" && /^(DEC|NUM|MONEY)/i.test(column.declared) && !infinite)
    return { type: "numeric", differences: [] };
  if (affinity === "text") {
    // Only a damaged or edited file has numbers here.
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
  const type = doubles || infinite ? "double precision" : "numeric";
  const differences =
    affinity === "real"
      ? []
      : [`holds whole numbers and fractions: it becomes ${type}, 1 and 1.0 being the same`];
  return { type, differences };
}
