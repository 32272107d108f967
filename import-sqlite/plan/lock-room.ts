import { PersonError } from "../../infra/errors.ts";
import type { Mapping } from "../mapping/mapping.ts";
import type { Session } from "../postgres/session.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { readSchema } from "../sqlite/schema.ts";
import { rowNumber } from "../translate/row-number.ts";
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
export const requireLockRoom = (session: Session, plan: ImportPlan): Promise<void> =>
  requireLocks(session, plan.tables.length, locksOfAll(plan));

/** What SQLite's own list of tables shows at once: tables, and those whose key numbers their rows. */
const counted = `
  select count(*) as tables, total(sql like '%integer primary key%' and sql not like '%primary key desc%'
    and sql not like '%without rowid%') as numbered
  from sqlite_schema where type = 'table' and rootpage > 0 and name not like 'sqlite\\_%' escape '\\'`;

/**
 * The same before the file is read, which takes minutes with thousands of tables: refuses what even without indexes is
 * too much.
 * @throws PersonError
 */
export async function requireRoomForTables(
  session: Session,
  file: SqliteFile,
  mapping: Mapping,
): Promise<void> {
  const [least] = file.describe<{ tables: number; numbered: number }>(counted);
  const leftOut = Object.values(mapping.tables ?? {}).filter((choice) => choice.leaveOut).length;
  const needed = others + ((least?.tables ?? 0) - leftOut) * 3 + ((least?.numbered ?? 0) - leftOut) * 2;
  if (needed <= (await lockRoom(session))) return;
  const { tables, views } = readSchema(file);
  const kept = tables.filter(({ name }) => !mapping.tables?.[name]?.leaveOut);
  const locks = kept.map((table) => {
    const keys = table.indexes.filter(({ origin }) => origin !== "pk").length;
    const primary = table.columns.some(({ primaryKey }) => primaryKey > 0);
    return 3 + keys + Number(primary) + Number(rowNumber(table) !== undefined);
  });
  const sum = locks.reduce((one, other) => one + other, others + views.length);
  await requireLocks(session, kept.length, sum);
}

async function requireLocks(session: Session, tables: number, needed: number): Promise<void> {
  const room = await lockRoom(session);
  if (needed <= room) return;
  const [setting] = await session.query("show max_locks_per_transaction");
  const now = Number(setting?.[0]);
  throw new PersonError(
    `One transaction with ${tables.toLocaleString("en")} tables and their indexes takes some ${needed.toLocaleString("en")} locks; the server has ${room.toLocaleString("en")} for it. Set max_locks_per_transaction to ${Math.ceil((now * needed) / room)} (now ${now}), or leave tables out with a mapping file. Nothing was imported.`,
  );
}
