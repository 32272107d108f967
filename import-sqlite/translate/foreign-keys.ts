import type { Say } from "../plan/remarks.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { quoted, type SqliteForeignKey } from "../sqlite/schema.ts";
import { count } from "./count.ts";
import { columnName, identifier } from "./names.ts";
import type { Part, TablePlan } from "./table-plan.ts";

/** The foreign keys of a table, to be created once all tables have their own keys. */
export function foreignKeysOf(
  file: SqliteFile,
  table: TablePlan,
  tables: readonly TablePlan[],
  say: Say,
): Part[] {
  const broken = brokenRows(file, table.source.name);
  return table.source.foreignKeys.flatMap((key) => {
    const what = `the foreign key (${key.from.join(", ")}) to ${key.table}`;
    const parent = tables.find(({ source }) => source.name.toLowerCase() === key.table.toLowerCase());
    if (!parent) {
      say(table.source.name, "left out", `has ${what}, a table that is not imported: it has none`);
      return [];
    }
    const own = (of: TablePlan, names: string[]) =>
      names
        .map((name) => of.source.columns.find((column) => column.name.toLowerCase() === name.toLowerCase()))
        .map((column) => identifier(columnName(column?.name ?? "")))
        .join(", ");
    const orphans = (broken.get(key.id) ?? 0) || inOtherBytes(file, table, parent, key);
    if (orphans > 0) {
      say(
        table.source.name,
        "differs",
        `has ${count(orphans, "row")} that ${what} does not allow: it holds for new rows only`,
      );
    }
    const clauses = [
      `alter table ${table.address} add foreign key (${own(table, key.from)}) references ${parent.address}`,
      key.to.length > 0 ? ` (${own(parent, key.to)})` : "",
      ` on update ${key.onUpdate.toLowerCase()} on delete ${key.onDelete.toLowerCase()}`,
      table.source.text.deferred ? " deferrable initially deferred" : "",
      orphans > 0 ? " not valid" : "",
    ];
    return [{ what, sql: clauses.join("") }];
  });
}

/** How many rows have no parent, by the foreign key's number: by default SQLite does not enforce foreign keys. */
function brokenRows(file: SqliteFile, table: string): Map<number, number> {
  try {
    const rows = file.describe<{ fkid: number; rows: number }>(
      "select fkid, count(*) as rows from pragma_foreign_key_check(?) group by fkid",
      table,
    );
    return new Map(rows.map(({ fkid, rows: number }) => [fkid, number]));
  } catch {
    // The parent has no such key. Postgres will refuse the foreign key, which is reported.
    return new Map();
  }
}

/** How many rows find their parent only because its collation makes different texts the same. */
function inOtherBytes(file: SqliteFile, table: TablePlan, parent: TablePlan, key: SqliteForeignKey): number {
  const primary = parent.source.columns.filter(({ primaryKey }) => primaryKey > 0);
  const to = key.to.length > 0 ? key.to : primary.map(({ name }) => name);
  if (!to.some((name) => parent.source.text.collations.has(name.toLowerCase()))) return 0;
  const present = key.from.map((name) => `c.${quoted(name)} is not null`);
  const same = key.from.map(
    (name, index) => `p.${quoted(to[index] ?? "")} = c.${quoted(name)} collate binary`,
  );
  const [row] = file.describe<{ rows: number }>(
    `select count(*) as rows from ${quoted(table.source.name)} c where ${present.join(" and ")} and not exists (select 1 from ${quoted(parent.source.name)} p where ${same.join(" and ")})`,
  );
  return row?.rows ?? 0;
}
