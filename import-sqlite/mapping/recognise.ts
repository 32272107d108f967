import type { SqliteSchema, SqliteTable } from "../sqlite/schema.ts";
import { rowNumber } from "../translate/row-number.ts";
import type { Mapping, PostsMapping, UsersMapping } from "./mapping.ts";

/** Names that small applications use for what the service has, likeliest first. */
const userTables = /^(app_|auth_|blog_)?(user|account|member)s?$/i;
const postTables = /^(app_|blog_)?(post|entrie|entry|message|micropost|tweet|article|status|note)s?$/i;
const userColumns = {
  handle: ["handle", "username", "user_name", "login", "nickname", "name"],
  email: ["email", "email_address", "mail"],
  passwordHash: [
    "password_hash",
    "pw_hash",
    "passwordhash",
    "hashed_password",
    "password_digest",
    "password",
  ],
  displayName: ["display_name", "displayname", "full_name", "fullname", "real_name"],
  bio: ["bio", "about_me", "about", "description"],
  avatar: [
    "avatar",
    "avatar_url",
    "avatar_path",
    "image_file",
    "profile_image",
    "profile_pic",
    "picture",
    "photo",
  ],
  createdAt: [
    "created_at",
    "created",
    "createdat",
    "date_joined",
    "member_since",
    "joined_at",
    "registered_at",
    "registered_on",
  ],
};
const postColumns = {
  author: ["author_id", "user_id", "account_id", "owner_id", "author", "user"],
  title: ["title", "subject", "headline"],
  body: ["body", "content", "text", "message"],
  createdAt: [
    "created_at",
    "created",
    "timestamp",
    "date_posted",
    "posted_at",
    "pub_date",
    "published_at",
    "createdat",
  ],
};

/** The mapping's choices; where it has none, the tables that look like users and posts. */
export function completed(mapping: Mapping, schema: SqliteSchema): Mapping {
  const kept = schema.tables.filter(
    ({ name, kind }) => kind === "table" && !mapping.tables?.[name]?.leaveOut,
  );
  const users = withKey(mapping.users === undefined ? findUsers(kept) : mapping.users, kept);
  const wanted = users && mapping.posts === undefined ? findPosts(kept, users) : mapping.posts;
  return { ...mapping, users, posts: users ? withKey(wanted ?? null, kept) : null };
}

function findUsers(tables: SqliteTable[]): UsersMapping | null {
  for (const table of tables.filter(({ name }) => userTables.test(name))) {
    const found = columnsOf(table, userColumns);
    // Without passwords nobody could log in: not a table of users.
    if (found.handle && found.passwordHash) return { table: table.name, ...found, handle: found.handle };
  }
  return null;
}

function findPosts(tables: SqliteTable[], users: UsersMapping): PostsMapping | null {
  for (const table of tables.filter(({ name }) => postTables.test(name))) {
    const found = columnsOf(table, postColumns);
    const key = table.foreignKeys.find((one) => one.table.toLowerCase() === users.table.toLowerCase());
    const author = key?.from.length === 1 ? key.from[0] : found.author;
    if (author && found.body) return { table: table.name, ...found, author, body: found.body };
  }
  return null;
}

function columnsOf<Role extends string>(
  table: SqliteTable,
  names: Record<Role, string[]>,
): Partial<Record<Role, string>> {
  const found = (Object.entries(names) as [Role, string[]][]).map(([role, likely]) => {
    const name = likely.find((one) => table.columns.some((column) => column.name.toLowerCase() === one));
    return [role, table.columns.find((column) => column.name.toLowerCase() === name)?.name];
  });
  return Object.fromEntries(found.filter(([, name]) => name !== undefined));
}

/** Rows are identified by their primary key where it is one column, else by their row number. */
function withKey<T extends { table: string; key?: string }>(part: T | null, tables: SqliteTable[]): T | null {
  const table = tables.find(({ name }) => name === part?.table);
  if (!part || !table) return null;
  const keys = table.columns.filter(({ primaryKey }) => primaryKey > 0);
  const key = part.key ?? rowNumber(table)?.name ?? (keys.length === 1 ? keys[0]?.name : undefined);
  return { ...part, ...(key !== undefined && { key }) };
}
