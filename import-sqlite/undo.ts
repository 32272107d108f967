import { PersonError } from "../infra/errors.ts";
import type { Session } from "./postgres/session.ts";
import type { ImportResult } from "./run.ts";
import type { ImportTarget } from "./target/import-target.ts";
import { identifier, literal } from "./translate/names.ts";
import { queryPrimary } from "./write/attempts.ts";
import { accountsTable, inSchema, ownTables, postsTable } from "./write/own-tables.ts";
import { findRecord } from "./write/record.ts";
import { exists, storedImages } from "./write/repair.ts";
import { takeLock } from "./write/transaction.ts";

export interface UndoRequest {
  /** The schema that the import made. */
  schema: string;
  dryRun: boolean;
  target: ImportTarget;
  say: (lines: string) => void;
}

/** What an import made, and what hangs on it since. */
interface Made {
  tables: number;
  accounts: number;
  posts: number;
  /** Posts that its accounts wrote since: they go with them. */
  postsSince: number;
  /** Tables and views in the schema that the import did not make. */
  others: string[];
  objectKeys: string[];
}

/**
 * Takes an import back in one transaction: its schema, its accounts and their posts. Its images go after the commit.
 * @throws PersonError where there is no such import; nothing was changed then.
 */
export async function undoImport({ schema, dryRun, target, say }: UndoRequest): Promise<ImportResult> {
  const made = await queryPrimary(target.database, (session) => inTransaction(session, schema, dryRun, say));
  if (dryRun) return { outcome: "planned", sentence: "Nothing was taken back: this was a dry run." };
  const images = await removeImages(target, made.objectKeys);
  const sentence = `Took back the import into the schema ${schema}: ${made.tables} tables, ${made.accounts} accounts, ${made.posts + made.postsSince} posts and ${images} images.`;
  return { outcome: "undone", sentence };
}

async function inTransaction(
  session: Session,
  schema: string,
  dryRun: boolean,
  say: (lines: string) => void,
): Promise<Made> {
  await session.query("begin; set local lock_timeout = '10s'; set local statement_timeout = 0");
  await takeLock(session);
  const made = await madeBy(session, schema);
  say(sentencesOf(schema, made, dryRun));
  if (!dryRun) await takeBack(session, schema);
  await session.query(dryRun ? "rollback" : "commit");
  return made;
}

async function madeBy(session: Session, schema: string): Promise<Made> {
  const record = await findRecord(session, schema);
  if (record === undefined || record === "foreign") {
    throw new PersonError(
      `There is no import into a schema ${schema} to take back${record === "foreign" ? ": that schema is none of an import's" : await imports(session)}. Nothing was changed.`,
    );
  }
  const count = async (query: string) => Number((await session.query(query))[0]?.[0]);
  const accounts = `select account_id from ${inSchema(schema, accountsTable)}`;
  const posts = `select post_id from ${inSchema(schema, postsTable)}`;
  const [withAccounts, withPosts] = [
    await exists(session, schema, accountsTable),
    await exists(session, schema, postsTable),
  ];
  const relations = await session.query(
    `select relname, relkind from pg_class where relnamespace = ${literal(identifier(schema))}::regnamespace and relkind in ('r', 'v', 'm', 'p', 'f') order by 1`,
  );
  const known = new Set([...ownTables, ...(record.relations ?? relations.map(([name]) => name ?? ""))]);
  const others = relations.map(([name]) => name ?? "").filter((name) => !known.has(name));
  const ofThem = withPosts ? `select count(*) from public.posts where id in (${posts})` : "select 0";
  const since = withAccounts
    ? `select count(*) from public.posts where account_id in (${accounts})${withPosts ? ` and id not in (${posts})` : ""}`
    : "select 0";
  return {
    tables: relations.filter(([name, kind]) => kind === "r" && !ownTables.includes(name ?? "")).length,
    accounts: withAccounts
      ? await count(`select count(*) from public.accounts where id in (${accounts})`)
      : 0,
    posts: await count(ofThem),
    postsSince: await count(since),
    others,
    objectKeys: [...new Set((await storedImages(session, schema)).map(({ key }) => key))],
  };
}

/** Names the imports that there are. */
async function imports(session: Session): Promise<string> {
  const rows = await session.query(
    "select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 'capstone_import' order by 1",
  );
  return rows.length === 0
    ? "; there is none at all"
    : `; there are ${rows.map(([name]) => name).join(", ")}`;
}

function sentencesOf(schema: string, made: Made, dryRun: boolean): string {
  const lines = [
    `${dryRun ? "Would take" : "Takes"} back the import into the schema ${schema}:`,
    `  ${made.tables} tables, with what was written to them since`,
    `  ${made.accounts} accounts, and ${made.posts} posts that came with them`,
    `  ${made.objectKeys.length} images in the object store`,
  ];
  if (made.postsSince > 0) lines.push(`  ${made.postsSince} posts that these accounts wrote since`);
  if (made.others.length > 0)
    lines.push(`  in the schema, although the import did not make it: ${made.others.join(", ")}`);
  return lines.join("\n");
}

async function takeBack(session: Session, schema: string): Promise<void> {
  if (await exists(session, schema, postsTable)) {
    await session.query(
      `delete from public.posts where id in (select post_id from ${inSchema(schema, postsTable)})`,
    );
  }
  if (await exists(session, schema, accountsTable)) {
    await session.query(
      `delete from public.accounts where id in (select account_id from ${inSchema(schema, accountsTable)})`,
    );
  }
  await session.query(`drop schema ${identifier(schema)} cascade`);
}

async function removeImages(target: ImportTarget, keys: string[]): Promise<number> {
  if (keys.length === 0) return 0;
  const bucket = new (await import("./service/bucket.ts")).Bucket(target.objectStore);
  try {
    return await bucket.remove(keys);
  } finally {
    bucket.close();
  }
}
