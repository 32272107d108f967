import type { Mapping } from "../mapping/mapping.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { quoted } from "../sqlite/schema.ts";
import { passwordHashOf } from "./password-hash.ts";

const checkable = "capstone_checkable";

/** Registers the function that `keptPassword` uses. */
export function definePasswordFunction(file: SqliteFile): void {
  file.define(checkable, (value) => Number(typeof value === "string" && passwordHashOf(value) !== undefined));
}

/**
 * The SQL that reads what stays of a column of password hashes in the schema: those that did not go to an account,
 * because the service cannot check them or the account is closed. The others are NULL.
 */
export function keptPassword(column: string, { users }: Mapping): string {
  const name = quoted(column);
  const closed = users?.closed ? ` and not coalesce((${users.closed}), 0)` : "";
  return `case when ${checkable}(${name})${closed} then null else nullif(${name}, '') end`;
}

/** How many hashes stay. */
export function countKeptPasswords(
  file: SqliteFile,
  table: string,
  column: string,
  mapping: Mapping,
): number {
  const [row] = file.describe<{ kept: number }>(
    `select count(${keptPassword(column, mapping)}) as kept from ${quoted(table)}`,
  );
  return row?.kept ?? 0;
}
