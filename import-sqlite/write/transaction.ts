import { setTimeout as sleep } from "node:timers/promises";
import { PersonError } from "../../infra/errors.ts";
import { database } from "../../infra/topology.ts";
import type { Content } from "../encode/checksum.ts";
import type { ImportPlan, LaterPart } from "../plan/plan.ts";
import { ServerRefusal } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import type { Scratch } from "../service/scratch.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { identifier } from "../translate/names.ts";
import { createTable, inCreationOrder } from "../translate/table.ts";
import type { TablePlan } from "../translate/table-plan.ts";
import { fillGenerated } from "./generated.ts";
import { load } from "./load.ts";
import { accountsTable, imagesTable, inSchema, postsTable } from "./own-tables.ts";
import type { Progress } from "./progress.ts";
import { contentDigest, writeRecord } from "./record.ts";
import { keyType, serviceStreams, type TableStream, tableStreams } from "./streams.ts";
import { dropWrongViews, verify } from "./verify.ts";

export interface Work {
  plan: ImportPlan;
  file: SqliteFile;
  scratch: Scratch;
  /** Digest of the file, the mapping and the uploads, which identifies this import. */
  inputs: string;
  progress: Progress;
}

/** What is known of a COMMIT whose answer was lost. */
export interface Commit {
  unanswered: boolean;
  /** Whether it happened. */
  isDone: () => Promise<boolean>;
}

/** "capstone" and "import" as numbers: the lock of the one running import. */
const importLock = "1667330164, 1768779887";
const lockWaitMs = 30_000;

/**
 * The whole import in one transaction, up to but without the COMMIT: creates tables, fills them, adds keys, compares.
 * @returns Sentences about deviations from the plan, and the contents; undefined where an earlier attempt had done it.
 */
export async function fillTransaction(
  session: Session,
  { plan, file, scratch, inputs, progress }: Work,
  commit: Commit,
): Promise<{ said: string[]; contents: Map<string, Content> } | undefined> {
  const schema = identifier(plan.schema);
  await session.query(
    "begin; set local lock_timeout = '10s'; set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0; set local jit = off",
  );
  await takeLock(session);
  // Only now has every earlier attempt ended.
  if (await commit.isDone()) {
    await session.query("commit");
    return undefined;
  }
  commit.unanswered = false;
  await session.query(`create schema ${schema}; set local search_path to ${schema}`);
  for (const table of inCreationOrder(plan.tables)) await session.query(createTable(table));

  const contents = new Map<string, Content>();
  const fill = async (stream: TableStream) => {
    progress.start(stream.label, stream.total);
    const content = await load(session, stream, (rows) => progress.rows(rows));
    progress.end();
    progress.say(`comparing ${stream.label}`);
    await verify(session, stream, content);
    return content;
  };
  for (const stream of tableStreams(plan, file))
    contents.set(stream.label, await fillGenerated(session, plan, file, stream, fill));
  const digest = contentDigest(plan, contents);
  const said = await makeParts(session, plan, progress);
  for (const view of plan.views) await session.query(view.sql);
  said.push(...(await dropWrongViews(session, plan, file)));

  await createOwnTables(session, plan);
  // Last, and short: someone who signs up under a handle that is on its way here waits until the end.
  for (const stream of serviceStreams(plan, scratch)) contents.set(stream.label, await fill(stream));
  await writeRecord(session, plan, {
    file: file.path,
    inputs,
    content: digest,
    tables: Object.fromEntries(contents),
  });
  await grant(session, schema);
  return { said, contents };
}

export async function takeLock(session: Session): Promise<void> {
  // An import that lost its connection may still be ending.
  for (const endsAt = Date.now() + lockWaitMs; ; await sleep(500)) {
    const [row] = await session.query(`select pg_try_advisory_xact_lock(${importLock})`);
    if (row?.[0] === "t") return;
    if (Date.now() > endsAt)
      throw new PersonError("Another import into this stack is running; try again when it has ended.");
  }
}

async function makeParts(session: Session, plan: ImportPlan, progress: Progress): Promise<string[]> {
  const said: string[] = [];
  for (const part of [...plan.keys, ...plan.checks, ...plan.foreignKeys]) {
    progress.say(`making ${part.what} of ${part.table}`);
    const sentence = await makePart(session, part);
    if (sentence !== undefined) said.push(sentence);
  }
  for (const table of plan.tables) await continueNumbers(session, table);
  return said;
}

/** Codes of Postgres for a row that breaks a foreign key, a check or a unique constraint. */
const brokenByRows = ["23503", "23514"];
const duplicated = "23505";

/** @returns What is different about it, where rows of the file do not keep to it. */
async function makePart(session: Session, part: LaterPart): Promise<string | undefined> {
  const { table, what, sql } = part;
  try {
    await session.query(`savepoint part; ${sql}; release savepoint part`);
    return undefined;
  } catch (error) {
    if (!(error instanceof ServerRefusal) || error.passes) throw error;
    const broken = brokenByRows.includes(error.code);
    if (!broken && error.code !== duplicated) throw refused(part, error);
    await session.query("rollback to savepoint part");
    if (broken) {
      await session.query(`${sql} not valid`);
      return `Table ${table} has rows that ${what} does not allow in Postgres: it holds for new rows only.`;
    }
    return `Table ${table} has rows that are the same to ${what} in Postgres (${error.detail}): it has none.`;
  }
}

function refused({ table, what }: LaterPart, error: unknown): unknown {
  if (!(error instanceof ServerRefusal) || error.passes) return error;
  return new PersonError(`Table ${table}, ${what}: ${error.message}. ${error.detail} Nothing was imported.`);
}

/** The largest number that an identity gives. */
const largest = 9_223_372_036_854_775_807n;

/** Identities continue where SQLite would. */
async function continueNumbers(session: Session, table: TablePlan): Promise<void> {
  const column = table.columns.find(({ identity }) => identity);
  if (!column) return;
  const { sequence } = table.source;
  let last = column.profile.largestInteger;
  if (sequence > last) last = sequence;
  const next = last < 1n ? 1n : last < largest ? last + 1n : largest;
  await session.query(
    `alter table ${table.address} alter column ${identifier(column.name)} restart with ${next}`,
  );
}

async function createOwnTables(
  session: Session,
  { schema, tables, accounts, posts, images }: ImportPlan,
): Promise<void> {
  if (accounts) {
    const type = keyType(tables, accounts.mapping.table, accounts.mapping.key);
    await session.query(
      `create table ${inSchema(schema, accountsTable)} (source ${type}, account_id uuid primary key)`,
    );
  }
  if (posts) {
    const type = keyType(tables, posts.source.mapping.table, posts.source.mapping.key);
    await session.query(
      `create table ${inSchema(schema, postsTable)} (source ${type}, post_id uuid primary key)`,
    );
  }
  if (images > 0) {
    await session.query(
      `create table ${inSchema(schema, imagesTable)} (path text primary key, object_key text not null, media_type text not null, bytes bigint not null)`,
    );
  }
}

/** The service may use what was imported, and change no schema. */
async function grant(session: Session, schema: string): Promise<void> {
  const user = identifier(database.applicationUser);
  await session.query(`
    grant usage on schema ${schema} to ${user};
    grant select, insert, update, delete on all tables in schema ${schema} to ${user};
    grant usage on all sequences in schema ${schema} to ${user}`);
}
