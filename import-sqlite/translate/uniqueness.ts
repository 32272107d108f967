import type { SqliteFile } from "../sqlite/database.ts";
import { quoted, type SqliteIndex } from "../sqlite/schema.ts";
import type { SqlValue } from "../sqlite/values.ts";
import { sourceOf } from "./source.ts";
import type { ColumnPlan, TablePlan } from "./table-plan.ts";

const encodedFunction = "capstone_encoded";
const space = Buffer.alloc(64 * 1024);

/** Whether values that SQLite tells apart become one: 1 and '1', or one moment written in two ways. */
const merges = ({ type, profile }: ColumnPlan): boolean => {
  const { integers, reals, texts, blobs } = profile;
  if (isMoment(type)) return texts > 0;
  return [integers + reals, texts, blobs].filter((number) => number > 0).length > 1;
};

const isMoment = (type: string) => type === "date" || type.startsWith("timestamp");

/** Whether rows that differ in SQLite have the same key in Postgres. */
export function becomeTheSame(file: SqliteFile, table: TablePlan, index: SqliteIndex): boolean {
  if (!index.unique || index.where || index.keys.some(({ column }) => column === undefined)) return false;
  const columns = columnsOf(table, index);
  if (!columns.some(merges)) return false;
  file.define(encodedFunction, (position, value) => encoded(columns[Number(position)], value ?? null));
  const keys = columns.map(
    ({ source, type, profile }, position) =>
      `${encodedFunction}(${position}, ${sourceOf(source, type, profile)})`,
  );
  const present = columns.map(({ source }) => `${quoted(source.name)} is not null`).join(" and ");
  const found = file.describe(
    `select 1 from ${quoted(table.source.name)} where ${present} group by ${keys.join(", ")} having count(*) > 1 limit 1`,
  );
  return found.length > 0;
}

/** Columns of moments in unique keys that would lose their uniqueness: as text they keep it. */
export function momentsToKeep(file: SqliteFile, table: TablePlan): string[] {
  return table.source.indexes.flatMap((index) =>
    becomeTheSame(file, table, index)
      ? columnsOf(table, index).flatMap(({ type, source }) => (isMoment(type) ? [source.name] : []))
      : [],
  );
}

const columnsOf = (table: TablePlan, { keys }: SqliteIndex): ColumnPlan[] =>
  keys.flatMap(
    ({ column }) =>
      table.columns.find(({ source }) => source.name.toLowerCase() === column?.toLowerCase()) ?? [],
  );

/** What Postgres compares by. What does not fit there is no key. */
function encoded(column: ColumnPlan | undefined, value: SqlValue): string {
  if (value === null || column === undefined) return "";
  if (typeof value !== "number" && value.length * 3 > space.length) return String(value);
  try {
    return space.toString("latin1", 0, column.write(value, space, 0));
  } catch {
    return String(value);
  }
}
