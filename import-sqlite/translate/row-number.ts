import type { SqliteColumn, SqliteTable } from "../sqlite/schema.ts";

/** The column that is an alias of SQLite's own row number, if there is one. */
export function rowNumber(table: SqliteTable): SqliteColumn | undefined {
  const keys = table.columns.filter(({ primaryKey }) => primaryKey > 0);
  const [only] = keys;
  // With DESC it is an ordinary key that has an index.
  const indexed = table.indexes.some(({ origin }) => origin === "pk");
  const is = !indexed && keys.length === 1 && only && /^integer$/i.test(only.declared) && !table.withoutRowid;
  return is ? only : undefined;
}
