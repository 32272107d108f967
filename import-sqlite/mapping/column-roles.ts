import type { SqliteTable } from "../sqlite/schema.ts";

/** A column's name in one spelling: `isActive`, `IsActive` and `is_active` are the same. */
export const folded = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[\s-]+/g, "_");

/** The first column of each role. @param names What each role's column is likely called, likeliest first. */
export function columnsOf<Role extends string>(
  table: SqliteTable,
  names: Record<Role, readonly string[]>,
): Partial<Record<Role, string>> {
  const found = (Object.entries(names) as [Role, readonly string[]][]).map(([role, likely]) => {
    const column = likely.flatMap((one) => table.columns.find(({ name }) => folded(name) === one) ?? [])[0];
    return [role, column?.name];
  });
  return Object.fromEntries(found.filter(([, name]) => name !== undefined));
}
