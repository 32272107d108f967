import type { TypeName } from "../encode/types.ts";
import type { Say } from "../plan/remarks.ts";
import type { TableProfile } from "../sqlite/profile.ts";
import type { SqliteColumn, SqliteTable } from "../sqlite/schema.ts";
import type { ColumnChoice } from "./column-choice.ts";
import { columnType } from "./column-type.ts";
import { rowNumber } from "./row-number.ts";

export interface ProfiledTable {
  table: SqliteTable;
  profile: TableProfile;
  choices: Record<string, ColumnChoice>;
}

/** A column with the type that it would get by itself. */
interface Typed {
  of: ProfiledTable;
  column: SqliteColumn;
  type: TypeName;
}

/**
 * In SQLite a number can refer to a text with the same digits; in Postgres both sides of a foreign key have one type.
 * Where one side becomes text, the other does too, and so on along the keys.
 */
export function alignReferences(tables: ProfiledTable[], say: Say): void {
  const typed = new Map(tables.map((of) => [of.table.name.toLowerCase(), typesOf(of)]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { table } of tables) {
      for (const key of table.foreignKeys) {
        const parent = typed.get(key.table.toLowerCase());
        const to = key.to.length > 0 ? key.to : primaryKey(tables, key.table);
        for (const [index, from] of key.from.entries()) {
          const ends = [
            typed.get(table.name.toLowerCase())?.get(from.toLowerCase()),
            parent?.get(to[index]?.toLowerCase() ?? ""),
          ];
          if (becomesText(ends, say)) changed = true;
        }
      }
    }
  }
}

function typesOf(of: ProfiledTable): Map<string, Typed> {
  const { table, profile, choices } = of;
  return new Map(
    table.columns.flatMap((column): [string, Typed][] => {
      const columnProfile = profile.columns.get(column.name);
      if (!columnProfile) return [];
      const { type } = columnType(column, columnProfile, choices[column.name], table.strict);
      return [[column.name.toLowerCase(), { of, column, type }]];
    }),
  );
}

function primaryKey(tables: ProfiledTable[], name: string): string[] {
  const columns =
    tables.find(({ table }) => table.name.toLowerCase() === name.toLowerCase())?.table.columns ?? [];
  return columns
    .filter((column) => column.primaryKey > 0)
    .toSorted((a, b) => a.primaryKey - b.primaryKey)
    .map((column) => column.name);
}

function becomesText([one, other]: (Typed | undefined)[], say: Say): boolean {
  if (!one || !other || one.type === other.type) return false;
  const number = [one, other].find(
    ({ type }) => type === "bigint" || type === "numeric" || type === "double precision",
  );
  const text = [one, other].find(({ type }) => type === "text");
  // The column that numbers the rows keeps its type.
  if (!number || !text || rowNumber(number.of.table) === number.column) return false;
  number.type = "text";
  const { of, column } = number;
  of.choices = { ...of.choices, [column.name]: { ...of.choices[column.name], type: "text" } };
  say(
    `${of.table.name}.${column.name}`,
    "differs",
    `holds numbers and belongs to a foreign key whose other side (${text.of.table.name}.${text.column.name}) holds texts: it becomes text`,
  );
  return true;
}
