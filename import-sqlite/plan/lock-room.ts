import { PersonError } from "../../infra/errors.ts";
import type { Session } from "../postgres/session.ts";
import type { TablePlan } from "../translate/table-plan.ts";
import type { ImportPlan } from "./plan.ts";

/** Locks for what a transaction touches beside its own tables, as in the catalogue. */
const others = 50;
/** Live sessions need the rest. */
const share = 0.8;

/** How many locks a transaction may take without others going short of them. */
export async function lockRoom(session: Session): Promise<number> {
  const [row] = await session.query(`
    select current_setting('max_locks_per_transaction')::int
      * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)`);
  return Math.floor(Number(row?.[0]) * share);
}

/** How many locks creating a table takes: its own, its overflow table's with an index, and its sequence's. */
export const locksOf = ({ columns }: TablePlan): number =>
  3 + columns.filter(({ identity }) => identity).length;

/** How many locks creating all of it in one transaction takes; every key has an index. */
export const locksOfAll = ({ tables, keys, views }: Pick<ImportPlan, "tables" | "keys" | "views">): number =>
  others + tables.reduce((sum, table) => sum + locksOf(table), 0) + keys.length + views.length;

/** @throws PersonError when the import's one transaction needs more locks than the server has for it. */
export async function requireLockRoom(session: Session, plan: ImportPlan): Promise<void> {
  const [needed, room] = [locksOfAll(plan), await lockRoom(session)];
  if (needed <= room) return;
  const [setting] = await session.query("show max_locks_per_transaction");
  const now = Number(setting?.[0]);
  throw new PersonError(
    `One transaction with ${plan.tables.length.toLocaleString("en")} tables and their indexes takes some ${needed.toLocaleString("en")} locks; the server has ${room.toLocaleString("en")} for it. Set max_locks_per_transaction to ${Math.ceil((now * needed) / room)} (now ${now}), or leave tables out with a mapping file. Nothing was imported.`,
  );
}
