import type { Say } from "../plan/remarks.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { quoted } from "../sqlite/schema.ts";
import { isWord, tokensOf } from "../sqlite/tokens.ts";
import { fitted, identifier } from "./names.ts";
import { translateQuery } from "./query.ts";
import type { NamedColumn, Names } from "./references.ts";
import type { TablePlan } from "./table-plan.ts";
import { Untranslatable } from "./untranslatable.ts";

export interface ViewPlan {
  name: string;
  address: string;
  sql: string;
}

/** A view, unless its query might mean something else in Postgres. Its names are looked up in the schema. */
export function planView(
  schema: string,
  view: { name: string; sql: string },
  file: SqliteFile,
  tables: readonly TablePlan[],
  views: readonly string[],
  say: Say,
): ViewPlan | undefined {
  const tokens = tokensOf(view.sql);
  const as = tokens.findIndex((token, index) => index > 1 && isWord(token, "AS"));
  try {
    const query = translateQuery(tokens.slice(as + 1), namesOfAll(tables, views, file));
    // Without these, Postgres would call a computed column otherwise.
    const list = columnsOf(file, view.name).map(identifier).join(", ");
    const name = fitted(view.name);
    const address = `${identifier(schema)}.${identifier(name)}`;
    // One that fails when it is read in SQLite is of no use in Postgres either.
    for (const _row of file.exactRows(`select * from ${quoted(view.name)}`)) break;
    return { name: view.name, address, sql: `create view ${address} (${list}) as ${query}` };
  } catch (error) {
    const reason =
      error instanceof Untranslatable
        ? `uses ${error.message}`
        : `does not work (${(error as Error).message})`;
    say(view.name, "left out", `is a view that ${reason}`);
    return undefined;
  }
}

/** @returns None for a view that does not work. */
function namesOfView(file: SqliteFile, view: string): string[] {
  try {
    return columnsOf(file, view);
  } catch {
    return [];
  }
}

const columnsOf = (file: SqliteFile, view: string): string[] =>
  file.describe<{ name: string }>("select name from pragma_table_info(?)", view).map(({ name }) => name);

function namesOfAll(tables: readonly TablePlan[], views: readonly string[], file: SqliteFile): Names {
  const columns: Names["columns"] = new Map();
  const add = (written: string, { name, type, folds }: NamedColumn) => {
    const known = columns.get(written.toLowerCase());
    // Where two tables have a column of one name, its type is known only if both have the same.
    columns.set(written.toLowerCase(), {
      name,
      type: known && known.type !== type ? undefined : type,
      spellings: new Set([...(known?.spellings ?? []), name]),
      folds: folds === true || known?.folds === true,
    });
  };
  for (const { source, columns: those } of tables) {
    for (const { source: column, name, type } of those)
      add(column.name, { name, type, folds: source.text.collations.has(column.name.toLowerCase()) });
  }
  for (const view of views) {
    for (const name of namesOfView(file, view))
      if (!columns.has(name.toLowerCase())) add(name, { name, type: undefined });
  }
  const named = [
    ...tables.map(({ source, name }) => [source.name, name] as const),
    ...views.map((name) => [name, fitted(name)] as const),
  ];
  return { columns, tables: new Map(named.map(([from, to]) => [from.toLowerCase(), to])) };
}
