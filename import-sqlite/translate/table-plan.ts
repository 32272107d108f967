import type { TypeName, Write } from "../encode/types.ts";
import type { ColumnProfile, TableProfile } from "../sqlite/profile.ts";
import type { SqliteColumn, SqliteTable } from "../sqlite/schema.ts";
import type { ColumnChoice } from "./column-choice.ts";
import type { Names } from "./references.ts";

export interface ColumnPlan {
  source: SqliteColumn;
  profile: ColumnProfile;
  name: string;
  type: TypeName;
  write: Write;
  /** Whether it numbers the rows. */
  identity: boolean;
  notNull: boolean;
  default: string | undefined;
  /** The expression from which Postgres computes it, if it does. */
  generated: string | undefined;
  /** What in a mapping file would give it a better type than text. */
  proposal: ColumnChoice | undefined;
}

/** A part of a definition. If Postgres refuses it, it is left out, which is reported. */
export interface Part {
  what: string;
  sql: string;
}

export interface TablePlan {
  source: SqliteTable;
  profile: TableProfile;
  /** The quoted name, with the schema. */
  address: string;
  name: string;
  columns: ColumnPlan[];
  checks: (Part & { inSqlite: string })[];
}

/** What an expression of the table may refer to. */
export function namesOf(table: TablePlan): Names {
  return {
    columns: new Map(
      table.columns.map(({ source, name, type }) => [
        source.name.toLowerCase(),
        { name, type, folds: table.source.text.collations.has(source.name.toLowerCase()) },
      ]),
    ),
  };
}
