import type { EncodedColumn } from "../encode/row-encoder.ts";
import { type TypeName, writerOf } from "../encode/types.ts";
import type { ImportPlan } from "../plan/plan.ts";
import type { Scratch } from "../service/scratch.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import type { SqlValue } from "../sqlite/values.ts";
import { identifier } from "../translate/names.ts";
import { columnNames, encodedColumns, selectOf } from "../translate/table.ts";
import type { TablePlan } from "../translate/table-plan.ts";
import { accountsTable, imagesTable, inSchema, postsTable } from "./own-tables.ts";

/** Rows for one table. */
export interface TableStream {
  /** Its name for people. */
  label: string;
  /** The table in Postgres, quoted. */
  address: string;
  /** Quoted names of the columns that are sent. */
  sent: string[];
  /** And of all that are compared, in the order in which they are encoded. */
  compared: string[];
  columns: EncodedColumn[];
  total: number;
  rows: () => Iterable<SqlValue[]>;
  /** Which rows of the table are the import's, as in ` where …`; empty for all. */
  condition: string;
  /** The table of the file that it is a copy of. */
  copyOf?: TablePlan;
}

export function tableStreams(plan: Pick<ImportPlan, "tables">, file: SqliteFile): TableStream[] {
  return plan.tables.map((table) => ({
    label: table.source.name,
    address: table.address,
    sent: columnNames(table, "sent"),
    compared: columnNames(table, "all"),
    columns: encodedColumns(table),
    total: table.profile.rows,
    rows: () => file.rows(selectOf(table)),
    condition: "",
    copyOf: table,
  }));
}

/** What goes to the service's own tables, and the tables that say which row of the file became what. */
export function serviceStreams(plan: ImportPlan, scratch: Scratch): TableStream[] {
  return [...imageStreams(plan, scratch), ...accountStreams(plan, scratch), ...postStreams(plan)];
}

function imageStreams({ schema, images }: ImportPlan, scratch: Scratch): TableStream[] {
  if (images === 0) return [];
  const columns = { path: "text", object_key: "text", media_type: "text", bytes: "bigint" } as const;
  const rows = () => scratch.rows("select path, key, media_type, bytes from images order by path");
  return [stream("images", inSchema(schema, imagesTable), columns, images, rows)];
}

function accountStreams({ schema, accounts, tables }: ImportPlan, scratch: Scratch): TableStream[] {
  if (!accounts) return [];
  const { table, key } = accounts.mapping;
  const links = inSchema(schema, accountsTable);
  const columns = {
    id: "uuid",
    handle: "text",
    email: "text",
    password_hash: "text",
    display_name: "text",
    bio: "text",
    avatar_key: "text",
    avatar_url: "text",
    created_at: "timestamptz",
  } as const;
  const list = "id, handle, email, password_hash, display_name, bio, avatar_key, avatar_url, created_ms";
  const rows = () => scratch.rows(`select ${list} from accounts order by rowid`);
  const pairs = () => scratch.rows("select source, id from accounts order by rowid");
  const pair = { source: keyType(tables, table, key), account_id: "uuid" } as const;
  return [
    stream("the link to accounts", links, pair, accounts.accounts, pairs),
    stream(
      "accounts",
      "public.accounts",
      columns,
      accounts.accounts,
      rows,
      ` where id in (select account_id from ${links})`,
    ),
  ];
}

function postStreams({ schema, posts, tables }: ImportPlan): TableStream[] {
  if (!posts) return [];
  const { source, posts: total } = posts;
  const links = inSchema(schema, postsTable);
  const columns = { id: "uuid", account_id: "uuid", body: "text", created_at: "timestamptz" } as const;
  const rows = function* (): Generator<SqlValue[]> {
    for (const { id, accountId, body, createdMs } of source.read()) yield [id, accountId, body, createdMs];
  };
  const pairs = function* (): Generator<SqlValue[]> {
    for (const { source: key, id } of source.read()) yield [key, id];
  };
  const pair = {
    source: keyType(tables, source.mapping.table, source.mapping.key),
    post_id: "uuid",
  } as const;
  return [
    stream("the link to posts", links, pair, total, pairs),
    stream("posts", "public.posts", columns, total, rows, ` where id in (select post_id from ${links})`),
  ];
}

export function keyType(tables: TablePlan[], table: string, key: string | undefined): TypeName {
  const columns = tables.find(({ source }) => source.name === table)?.columns;
  return columns?.find(({ source }) => source.name === key)?.type ?? "bigint";
}

function stream(
  label: string,
  address: string,
  types: Record<string, TypeName>,
  total: number,
  rows: () => Iterable<SqlValue[]>,
  condition = "",
): TableStream {
  const names = Object.keys(types).map(identifier);
  const columns = Object.entries(types).map(([name, type]) => ({
    ...{ name, type, generated: false },
    // Moments of the service are kept to the millisecond, and so they come.
    write: writerOf(type, "unix-milliseconds"),
  }));
  return { label, address, sent: names, compared: names, columns, total, rows, condition };
}
