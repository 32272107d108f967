import { type ColumnProfile, isForJson, isForMoments, isForTruth } from "../sqlite/profile.ts";
import type { SqliteColumn } from "../sqlite/schema.ts";
import { affinityOf } from "./affinity.ts";
import type { ColumnChoice } from "./column-choice.ts";

/**
 * For a column that becomes text: what in a mapping file gives it the type that it is declared for, or shows by its texts.
 * Nothing where no choice would fit every value.
 */
export function proposalFor(column: SqliteColumn, profile: ColumnProfile): { proposal?: ColumnChoice } {
  const { texts, empties, notJson } = profile;
  const filled = texts - empties;
  const type = filled === 0 ? undefined : typeOf(column, profile, filled);
  const emptyIsAll =
    filled === 0
      ? !["text", "blob"].includes(affinityOf(column.declared))
      : empties > 0 && isForJson(column) && notJson === empties;
  if (type === undefined && !emptyIsAll) return {};
  return { proposal: { ...(empties > 0 && { emptyIsNull: true }), ...(type !== undefined && { type }) } };
}

function typeOf(column: SqliteColumn, profile: ColumnProfile, filled: number): ColumnChoice["type"] {
  const { integers, reals, smallestInteger, largestInteger, truths } = profile;
  const zeroOrOne = reals === 0 && smallestInteger >= 0n && largestInteger <= 1n;
  if (isForTruth(column)) return truths === filled && zeroOrOne ? "boolean" : undefined;
  if (integers + reals > 0) return undefined;
  const { dates, timestamps, timestampsWithZone, runtimeTimestamps, runtimeTimestampsWithZone } = profile;
  const without = dates + timestamps + runtimeTimestamps;
  const zoned = timestampsWithZone + runtimeTimestampsWithZone;
  // A text that is declared as one stays one, unless a runtime has written a moment into it.
  if (!isForMoments(column) && runtimeTimestamps + runtimeTimestampsWithZone === 0) return undefined;
  if (zoned === filled) return "timestamptz";
  if (without !== filled) return undefined;
  return dates === filled && !/TIME/i.test(column.declared) ? "date" : "timestamp";
}
