import { isWord, tokensOf } from "../sqlite/tokens.ts";
import type { TablePlan } from "../translate/table-plan.ts";
import type { ViewPlan } from "../translate/view.ts";
import { locksOf, locksOfAll } from "./lock-room.ts";
import type { ImportPlan, LaterPart } from "./plan.ts";

/** What one transaction of the rehearsal creates. */
export interface Portion {
  /** Tables tried here. */
  tables: TablePlan[];
  /** Tables tried elsewhere, which these refer to. */
  referred: TablePlan[];
  /** Keys of the tables referred to. */
  referredKeys: LaterPart[];
  keys: LaterPart[];
  checks: LaterPart[];
  foreignKeys: LaterPart[];
  views: ViewPlan[];
}

/** Cuts a plan into portions that each take no more than `room` locks; one portion where that is enough. */
export function portionsOf(plan: ImportPlan, room: number): Portion[] {
  const { tables, keys, checks, foreignKeys, views } = plan;
  if (locksOfAll(plan) <= room) {
    return [{ tables, referred: [], referredKeys: [], keys, checks, foreignKeys, views }];
  }
  const byName = new Map(tables.map((table) => [table.source.name.toLowerCase(), table]));
  const keysOf = (those: readonly TablePlan[], parts: LaterPart[]) => {
    const names = new Set(those.map(({ source }) => source.name));
    return parts.filter(({ table }) => names.has(table));
  };
  const portions: Portion[] = [];
  let own: TablePlan[] = [];
  let locks = 0;
  const end = () => {
    if (own.length === 0) return;
    const parents = own.flatMap(({ source }) =>
      source.foreignKeys.flatMap((key) => byName.get(key.table.toLowerCase()) ?? []),
    );
    const referred = [...new Set(parents)].filter((table) => !own.includes(table));
    portions.push({
      ...{ tables: own, referred, referredKeys: keysOf(referred, keys) },
      ...{
        keys: keysOf(own, keys),
        checks: keysOf(own, checks),
        foreignKeys: keysOf(own, foreignKeys),
        views: [],
      },
    });
    own = [];
    locks = 0;
  };
  for (const table of tables) {
    const indexes = table.source.indexes.length + 1;
    const needed = locksOf(table) + indexes + table.source.foreignKeys.length * 8;
    if (locks + needed > room / 2) end();
    own.push(table);
    locks += needed;
  }
  end();
  if (views.length > 0) {
    const words = new Set(
      views.flatMap(({ sql }) =>
        tokensOf(sql).flatMap((token) => (isWord(token, "SELECT") ? [] : [token.text.toLowerCase()])),
      ),
    );
    const referred = tables.filter(({ name }) => words.has(name.toLowerCase()));
    portions.push({ tables: [], referred, referredKeys: [], keys: [], checks: [], foreignKeys: [], views });
  }
  return portions;
}
