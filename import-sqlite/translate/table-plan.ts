import type { TypeName, Write } from "../encode/types.ts";
import type { ColumnProfile, TableProfile } from "../sqlite/profile.ts";
import type { SqliteColumn, SqliteTable } from "../sqlite/schema.ts";
import type { Names } from "./references.ts";

export interface ColumnPlan {
  source: SqliteColumn;
  profile: ColumnProfile;
  name: string;
  type: TypeName;
  write: Write;
  /** Numbers the rows. */
  identity: boolean;
  notNull: boolean;
  default: string | undefined;
  /** Postgres computes it, by this expression. */
  generated: string | undefined;
}

/** A part of a definition that Postgres may refuse: then it is left out, and that is said. */
export interface Part {
  what: string;
  sql: string;
}

export interface TablePlan {
  source: SqliteTable;
  profile: TableProfile;
  /** Quoted, with the schema. */
  address: string;
  name: string;
  columns: ColumnPlan[];
  checks: Part[];
}

/** What an expression of the table may name. */
export function namesOf(table: TablePlan): Names {
  return {
    columns: new Map(
      table.columns.map(({ source, name, type }) => [source.name.toLowerCase(), { name, type }]),
    ),
  };
}
