import type { SqliteColumn, SqliteTable } from "../sqlite/schema.ts";

/** The column that is an alias of SQLite's own row number, if there is one. */
export function rowNumber(table: SqliteTable): SqliteColumn | undefined {
  const keys = table.columns.filter(({ primaryKey }) => primaryKey > 0);
  const [only] = keys;
  const is = keys.length === 1 && only && /^integer$/i.test(only.declared) && !table.withoutRowid;
  return is ? only : undefined;
}
