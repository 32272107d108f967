import type { Say } from "../plan/remarks.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import type { SqliteIndex } from "../sqlite/schema.ts";
import { translate } from "./expression.ts";
import { fitted, identifier } from "./names.ts";
import { type ColumnPlan, namesOf, type Part, type TablePlan } from "./table-plan.ts";
import { becomeTheSame } from "./uniqueness.ts";
import { Untranslatable } from "./untranslatable.ts";

/** A B-tree entry may have about 2,700 bytes. */
const longestKeyBytes = 2_600;

/** The primary key, unique constraints and indexes of a table, to be created after its rows are written. */
export function keysOf(file: SqliteFile, table: TablePlan, say: Say): Part[] {
  const merged = (index: SqliteIndex, what: string) => {
    if (!becomeTheSame(file, table, index)) return false;
    say(
      table.source.name,
      "left out",
      `has rows that ${what} tells apart in SQLite and not in Postgres: it has none`,
    );
    return true;
  };
  const indexes = table.source.indexes
    .filter(({ origin }) => origin !== "pk")
    // Those that have a name come first: to the others Postgres gives one that is free.
    .toSorted((a, b) => Number(b.origin === "c") - Number(a.origin === "c"))
    .flatMap((index) => indexOf(table, index, say, merged) ?? []);
  const [named, others] = [
    indexes.filter(({ named }) => named),
    indexes.filter(({ named: itsOwn }) => !itsOwn),
  ];
  return [...named, ...primaryKey(table, say, merged), ...others].map(({ what, sql }) => ({ what, sql }));
}

type Merged = (index: SqliteIndex, what: string) => boolean;

function primaryKey(table: TablePlan, say: Say, merged: Merged): Part[] {
  const keys = table.columns
    .filter(({ source }) => source.primaryKey > 0)
    .toSorted((a, b) => a.source.primaryKey - b.source.primaryKey);
  if (keys.length === 0) return [];
  const what = `the primary key (${keys.map(({ name }) => name).join(", ")})`;
  if (isTooLong(keys)) {
    say(table.source.name, "left out", `has values too long for ${what}: it has none`);
    return [];
  }
  const index = table.source.indexes.find(({ origin }) => origin === "pk");
  if (index && merged(index, what)) return [];
  const list = keys.map(({ name }) => identifier(name)).join(", ");
  // The key itself compares bytes, so that foreign keys can refer to it; a second index enforces the rest.
  const folded = keysOfPrimary(table).flatMap(({ column, collation }) => {
    const found = findColumn(table, column);
    return found?.type === "text" && collation === "NOCASE" ? [`lower(${identifier(found.name)})`] : [];
  });
  const beside =
    folded.length === 1 && keys.length === 1
      ? [
          {
            what: `${what} without regard to case`,
            sql: `create unique index on ${table.address} (${folded[0]})`,
          },
        ]
      : [];
  const nulls = keys.filter(({ profile }) => profile.nulls > 0);
  if (nulls.length > 0) {
    say(table.source.name, "differs", `has NULL in ${what}: it becomes a unique constraint`);
    return [{ what, sql: `alter table ${table.address} add unique (${list})` }];
  }
  return [{ what, sql: `alter table ${table.address} add primary key (${list})` }, ...beside];
}

const keysOfPrimary = ({ source }: TablePlan) =>
  source.indexes.find(({ origin }) => origin === "pk")?.keys ?? [];

function indexOf(
  table: TablePlan,
  index: SqliteIndex,
  say: Say,
  merged: Merged,
): (Part & { named: boolean }) | undefined {
  const names = namesOf(table);
  const kind = index.origin === "u" ? "unique constraint" : index.unique ? "unique index" : "index";
  const shown = index.keys.map(
    ({ column, expression }) => column ?? expression.map(({ text }) => text).join(" "),
  );
  const what = `the ${kind} ${index.origin === "u" ? "" : `${index.name} `}(${shown.join(", ")})`;
  const columns = index.keys.flatMap(({ column }) => findColumn(table, column) ?? []);
  // An expression may be as long as the columns in it.
  const inside = index.keys.flatMap(({ expression }) =>
    expression.flatMap(({ kind, text }) => (kind === "string" ? [] : (findColumn(table, text) ?? []))),
  );
  if (merged(index, what)) return undefined;
  if (isTooLong([...new Set([...columns, ...inside])])) {
    say(table.source.name, "left out", `has values too long for ${what}: it has none`);
    return undefined;
  }
  try {
    const plain = index.keys.every(({ column, collation }) => column !== undefined && collation === "BINARY");
    if (index.origin === "u" && plain) {
      return {
        ...{ what, named: false },
        sql: `alter table ${table.address} add unique (${columns.map(({ name }) => identifier(name)).join(", ")})`,
      };
    }
    const keys = index.keys.map(({ column, expression, collation, descending }) => {
      const found = findColumn(table, column);
      if (column !== undefined && !found) throw new Untranslatable(`the column ${column}, which is left out`);
      const sql = found ? identifier(found.name) : `(${translate(withoutOrder(expression), names)})`;
      return `${collated(sql, collation, found)}${descending ? " desc" : ""}`;
    });
    const where = index.where ? ` where ${translate(index.where, names)}` : "";
    // SQLite names the index of a constraint itself.
    const name = index.origin === "u" ? "" : ` ${identifier(fitted(index.name))}`;
    const sql = `create ${index.unique ? "unique " : ""}index${name} on ${table.address} (${keys.join(", ")})${where}`;
    return { what, sql, named: index.origin !== "u" };
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    say(table.source.name, "left out", `has ${what}, which uses ${error.message}: it has none`);
    return undefined;
  }
}

function findColumn({ columns }: TablePlan, name: string | undefined): ColumnPlan | undefined {
  return columns.find(({ source }) => source.name.toLowerCase() === name?.toLowerCase());
}

/** With the collation "C", which text columns have, `lower` changes only ASCII, just as NOCASE does. */
function collated(sql: string, collation: string, column: ColumnPlan | undefined): string {
  if (collation === "BINARY" || (column && column.type !== "text")) return sql;
  if (collation === "NOCASE") return `lower(${sql})`;
  throw new Untranslatable(`the collation ${collation}`);
}

/** The expression without the `ASC`, `DESC` or `COLLATE name` that follows it: the index knows those. */
function withoutOrder(expression: SqliteIndex["keys"][number]["expression"]) {
  const end = expression.findIndex(({ kind, text }) => kind === "word" && /^(ASC|DESC|COLLATE)$/i.test(text));
  return end < 0 ? expression : expression.slice(0, end);
}

function isTooLong(columns: ColumnPlan[]): boolean {
  const bytes = columns
    .filter(({ type }) => type === "text" || type === "bytea")
    .map(({ profile }) => profile.longestBytes);
  return bytes.reduce((sum, one) => sum + one, 0) > longestKeyBytes;
}
