import type { Say } from "../plan/remarks.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { quoted } from "../sqlite/schema.ts";
import { group, isSymbol, isWord, tokensOf } from "../sqlite/tokens.ts";
import { fitted, identifier } from "./names.ts";
import { translateQuery } from "./query.ts";
import type { Names } from "./references.ts";
import type { TablePlan } from "./table-plan.ts";
import { Untranslatable } from "./untranslatable.ts";

export interface ViewPlan {
  name: string;
  address: string;
  sql: string;
  /** How many rows it has in SQLite; in Postgres it must have as many. */
  rows: number;
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
  const open = tokens.findIndex((token) => isSymbol(token, "("));
  const columns = open > 0 && open < as ? group(tokens, open).inner.filter(({ text }) => text !== ",") : [];
  try {
    const query = translateQuery(tokens.slice(as + 1), namesOfAll(tables, views));
    const list = columns.length > 0 ? ` (${columns.map(({ text }) => identifier(text)).join(", ")})` : "";
    const name = fitted(view.name);
    const address = `${identifier(schema)}.${identifier(name)}`;
    const [counted] = file.describe<{ rows: number }>(`select count(*) as rows from ${quoted(view.name)}`);
    return { name, address, sql: `create view ${address}${list} as ${query}`, rows: counted?.rows ?? 0 };
  } catch (error) {
    const reason =
      error instanceof Untranslatable
        ? `uses ${error.message}`
        : `does not work (${(error as Error).message})`;
    say(view.name, "left out", `is a view that ${reason}`);
    return undefined;
  }
}

function namesOfAll(tables: readonly TablePlan[], views: readonly string[]): Names {
  const all = tables.flatMap((table) => table.columns);
  const columns: Names["columns"] = new Map();
  for (const { source, name, type } of all) {
    const known = columns.get(source.name.toLowerCase());
    // Where two tables have a column of one name, its type is known only if both have the same.
    columns.set(source.name.toLowerCase(), { name, type: known && known.type !== type ? undefined : type });
  }
  const named = [
    ...tables.map(({ source, name }) => [source.name, name] as const),
    ...views.map((name) => [name, fitted(name)] as const),
  ];
  return { columns, tables: new Map(named.map(([from, to]) => [from.toLowerCase(), to])) };
}
