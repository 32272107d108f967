import type { TypeName } from "../encode/types.ts";
import type { ColumnProfile } from "../sqlite/profile.ts";
import { readingOf, type SqliteColumn } from "../sqlite/schema.ts";

/** Number.MAX_SAFE_INTEGER: beyond it a double cannot tell whole numbers apart. */
const largestSafe = 9_007_199_254_740_991n;

/**
 * The SQL that selects a column so that each value arrives in the form its type needs.
 */
export function sourceOf(column: SqliteColumn, type: TypeName, profile: ColumnProfile): string {
  const name = readingOf(column);
  const unsafe = profile.smallestInteger < -largestSafe || profile.largestInteger > largestSafe;
  const mixed = profile.integers + profile.reals > 0;
  switch (type) {
    case "timestamp":
    case "timestamptz":
      return unsafe
        ? `case typeof(${name}) when 'integer' then cast(${name} as text) else ${name} end`
        : name;
    case "bigint":
      return unsafe ? `cast(${name} as text)` : name;
    case "numeric":
      return mixed ? numbersAsText(name) : name;
    case "text":
      return mixed ? numbersAsText(name) : name;
    case "bytea": {
      if (profile.texts === 0 && !mixed) return name;
      const written = mixed ? numbersAsText(name) : name;
      // As bytes it may be no UTF-8; of a file in UTF-16, SQLite makes UTF-8 only of texts.
      if (column.utf16) return written;
      return `case typeof(${name}) when 'text' then cast(${name} as blob) else ${written} end`;
    }
    default:
      return name;
  }
}

/**
 * Whole numbers as SQLite writes them, and 1.0 as 1.0. SQLite writes other fractions with 15 digits only, so they are
 * fetched as numbers and written here with as many digits as it takes to read the same number again.
 */
function numbersAsText(name: string): string {
  const wholeReal = `${name} = cast(${name} as integer) and abs(${name}) < 1e15`;
  return `case typeof(${name}) when 'integer' then cast(${name} as text) when 'real' then case when ${wholeReal} then cast(${name} as text) else ${name} end else ${name} end`;
}
