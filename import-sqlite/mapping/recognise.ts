import { PersonError } from "../../infra/errors.ts";
import type { Say } from "../plan/remarks.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import { quoted, type SqliteSchema, type SqliteTable } from "../sqlite/schema.ts";
import { rowNumber } from "../translate/row-number.ts";
import type { Mapping } from "./mapping.ts";
import { findPosts } from "./recognise-posts.ts";
import { findUsers } from "./recognise-users.ts";
import { closedUsers, hiddenPosts } from "./withheld.ts";

/**
 * The mapping's choices; where it has none, the tables that are plainly users and posts.
 * @throws PersonError for a condition of the mapping that SQLite does not take.
 */
export function completed(mapping: Mapping, schema: SqliteSchema, file: SqliteFile, say: Say): Mapping {
  const kept = schema.tables.filter(
    ({ name, kind }) => kind === "table" && !mapping.tables?.[name]?.leaveOut,
  );
  const tableOf = (part: { table: string }) => kept.find(({ name }) => name === part.table);
  const users = withKey(mapping.users === undefined ? findUsers(file, kept, say) : mapping.users, kept);
  const posts = users
    ? withKey((mapping.posts === undefined ? findPosts(kept, users, say) : mapping.posts) ?? null, kept)
    : null;
  for (const [part, condition] of [
    [users, users?.closed],
    [posts, posts?.hidden],
  ] as const) {
    if (part && condition) requireCondition(file, part.table, condition);
  }
  return {
    ...mapping,
    users: users && { ...users, closed: chosen(users.closed, tableOf(users), closedUsers) },
    posts: posts && { ...posts, hidden: chosen(posts.hidden, tableOf(posts), hiddenPosts) },
  };
}

function chosen(
  condition: string | null | undefined,
  table: SqliteTable | undefined,
  byColumns: (table: SqliteTable) => string | undefined,
): string | null {
  return condition === undefined ? ((table && byColumns(table)) ?? null) : condition;
}

function requireCondition(file: SqliteFile, table: string, condition: string): void {
  try {
    file.describe(`select 1 from ${quoted(table)} where (${condition}) limit 1`);
  } catch (error) {
    throw new PersonError(
      `The mapping's condition "${condition}" on the table ${table} is none that SQLite takes: ${(error as Error).message}.`,
    );
  }
}

/** Rows are identified by their primary key where it is one column, else by their row number. */
function withKey<T extends { table: string; key?: string }>(part: T | null, tables: SqliteTable[]): T | null {
  const table = tables.find(({ name }) => name === part?.table);
  if (!part || !table) return null;
  const keys = table.columns.filter(({ primaryKey }) => primaryKey > 0);
  const key = part.key ?? rowNumber(table)?.name ?? (keys.length === 1 ? keys[0]?.name : undefined);
  return { ...part, ...(key !== undefined && { key }) };
}
