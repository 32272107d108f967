import type { TypeName } from "../encode/types.ts";
import type { ColumnProfile } from "../sqlite/profile.ts";
import { quoted } from "../sqlite/schema.ts";

/** Beyond it a double is no whole number that JavaScript can tell from its neighbours. */
const largestSafe = 9_007_199_254_740_991n;

/**
 * What is selected of a column, so that each value arrives as its type needs it.
 * @param declaredReal Whether SQLite makes a fraction of every number in the column.
 */
export function sourceOf(column: string, type: TypeName, profile: ColumnProfile): string {
  const name = quoted(column);
  const unsafe = profile.smallestInteger < -largestSafe || profile.largestInteger > largestSafe;
  const mixed = profile.integers + profile.reals > 0;
  switch (type) {
    case "bigint":
      return unsafe ? `cast(${name} as text)` : name;
    case "numeric":
      return mixed ? numbersAsText(name) : name;
    case "text":
      return mixed ? numbersAsText(name) : name;
    case "bytea": {
      if (profile.texts === 0 && !mixed) return name;
      const written = mixed ? numbersAsText(name) : name;
      return `case typeof(${name}) when 'text' then cast(${name} as blob) else ${written} end`;
    }
    default:
      return name;
  }
}

/**
 * Whole numbers as SQLite writes them; 1.0 as 1.0. Its way to write other fractions stops at 15 digits, so they come
 * as numbers and are written here with as many digits as it takes to read the same number again.
 */
function numbersAsText(name: string): string {
  const wholeReal = `${name} = cast(${name} as integer) and abs(${name}) < 1e15`;
  return `case typeof(${name}) when 'integer' then cast(${name} as text) when 'real' then case when ${wholeReal} then cast(${name} as text) else ${name} end else ${name} end`;
}
