import { ServerRefusal } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import { identifier } from "../translate/names.ts";
import { createTable, inCreationOrder } from "../translate/table.ts";
import type { TablePlan } from "../translate/table-plan.ts";
import type { ViewPlan } from "../translate/view.ts";
import { lockRoom } from "./lock-room.ts";
import type { ImportPlan, LaterPart } from "./plan.ts";
import { type Portion, portionsOf } from "./portions.ts";
import type { Say } from "./remarks.ts";

/**
 * Creates everything without rows in transactions that are rolled back, so that what this Postgres refuses is known and
 * reported before anything is written. What is refused leaves the plan at once, so that an interrupted rehearsal can
 * start over. A plan with many tables is rehearsed in portions, so that live sessions keep their share of locks.
 * @param locks The most that one portion takes; by default half of what a transaction may.
 */
export async function rehearse(session: Session, plan: ImportPlan, locks?: number): Promise<void> {
  const room = locks ?? Math.floor((await lockRoom(session)) / 2);
  const accepted: ViewPlan[] = [];
  for (const portion of portionsOf(plan, room))
    accepted.push(...(await rehearsePortion(session, plan, portion)));
  plan.views = accepted;
}

/** A copy, so that what is refused is taken out of the plan only where it is said. */
const copyOf = (table: TablePlan): TablePlan => ({
  ...table,
  columns: table.columns.map((column) => ({ ...column })),
});

/** @returns The views that the server takes. */
async function rehearsePortion(session: Session, plan: ImportPlan, portion: Portion): Promise<ViewPlan[]> {
  const say: Say = (where, kind, sentence) => plan.remarks.push({ where, kind, sentence });
  const { keys, checks, foreignKeys, referredKeys } = portion;
  await session.query(
    `begin; set local lock_timeout = '10s'; create schema ${identifier(plan.schema)}; set local search_path to ${identifier(plan.schema)}`,
  );
  try {
    for (const table of inCreationOrder(portion.tables)) await rehearseTable(session, table, say);
    // Elsewhere it is said what of these is refused.
    for (const table of portion.referred) await rehearseTable(session, copyOf(table), () => {});
    for (const key of referredKeys) await refusalOf(session, key.sql);
    await removeRefused(session, plan.keys, keys, say);
    await removeRefused(session, plan.checks, checks, say);
    await removeRefused(session, plan.foreignKeys, foreignKeys, say);
    return await rehearseViews(session, portion.views, say);
  } finally {
    await session.query("rollback").catch(() => {});
  }
}

/** What the server refuses for want of room, or because someone ended the statement, says nothing about the statement. */
const failures = /^(53|54000|57|58|XX)/;

/** @returns Why the server refuses it; undefined where it does not. */
async function refusalOf(session: Session, sql: string): Promise<string | undefined> {
  try {
    await session.query(`savepoint part; ${sql}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof ServerRefusal) || error.passes || failures.test(error.code)) throw error;
    await session.query("rollback to savepoint part");
    return error.message;
  }
}

async function removeRefused(
  session: Session,
  all: LaterPart[],
  tried: LaterPart[],
  say: Say,
): Promise<void> {
  for (const part of [...tried]) {
    const reason = await refusalOf(session, part.sql);
    if (reason === undefined) {
      // Thousands of savepoints within each other would be slow.
      await session.query("release savepoint part");
      continue;
    }
    all.splice(all.indexOf(part), 1);
    say(part.table, "left out", `has ${part.what}, which Postgres refuses (${reason}): it has none`);
  }
}

async function rehearseTable(session: Session, table: TablePlan, say: Say): Promise<void> {
  if ((await refusalOf(session, createTable(table))) === undefined) return;
  // Find the parts that are refused: try each on the bare table.
  const bare = {
    ...table,
    columns: table.columns.map((column) => ({ ...column, default: undefined, generated: undefined })),
  };
  await session.query(createTable(bare));
  for (const column of table.columns) {
    const where = `${table.source.name}.${column.source.name}`;
    if (column.default !== undefined) {
      const change = `alter column ${identifier(column.name)} set default ${column.default}`;
      const reason = await refusalOf(session, `alter table ${table.address} ${change}`);
      if (reason !== undefined) {
        say(
          where,
          "left out",
          `has the default ${column.default}, which Postgres refuses (${reason}): it has none`,
        );
        column.default = undefined;
      }
    }
    if (column.generated !== undefined) {
      const added = `add column capstone_probe ${column.type} generated always as (${column.generated}) stored`;
      const reason = await refusalOf(session, `alter table ${table.address} ${added}`);
      if (reason === undefined) await session.query("rollback to savepoint part");
      else {
        say(
          where,
          "differs",
          `is generated in a way that Postgres refuses (${reason}): it becomes a plain column with the values of now`,
        );
        column.generated = undefined;
      }
    }
  }
  await session.query(`drop table ${table.address} cascade`);
  await session.query(createTable(table));
}

/** Views may depend on each other: retry while another one could be created. */
async function rehearseViews(session: Session, views: ViewPlan[], say: Say): Promise<ViewPlan[]> {
  const accepted: ViewPlan[] = [];
  let left = views;
  for (let before = -1; before !== accepted.length && left.length > 0; ) {
    before = accepted.length;
    const refused: ViewPlan[] = [];
    for (const view of left) {
      const reason = await refusalOf(session, view.sql);
      (reason === undefined ? accepted : refused).push(view);
    }
    left = refused;
  }
  const reasons: [ViewPlan, string | undefined][] = [];
  for (const view of left) reasons.push([view, await refusalOf(session, view.sql)]);
  for (const [{ name }, reason] of reasons)
    say(name, "left out", `is a view that Postgres refuses (${reason})`);
  return accepted;
}
