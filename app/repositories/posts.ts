import { type Kysely, sql } from "kysely";
import type { Database } from "../database/types.ts";
import type { Caller } from "../security/access-tokens.ts";
import type { Profile } from "./accounts.ts";
import type { Operation } from "./idempotency-keys.ts";

export interface Post {
  id: string;
  body: string;
  createdAt: Date;
}

/** Where a page ended: the next has what comes after, newest first. */
export interface Position {
  createdAt: Date;
  id: string;
}

/** The result of posting: made; not made, since the key is known; or refused, since the session has ended. */
export type Posting = { createdAt: Date } | "key-known" | "no-session";

/**
 * Makes a post under an idempotency key, for a session that lives: one statement, so one round trip and one commit.
 * Where another request with the key is still under way, it waits for the end of that one. Written as SQL because it
 * is what most writes are, and building it would cost more than sending it.
 */
export async function insertPostOnce(
  database: Kysely<Database>,
  caller: Caller,
  operation: Operation,
  post: { id: string; body: string },
): Promise<Posting> {
  const { rows } = await sql<{ createdAt: Date | null }>`
    with session as (
      select account_id, now()::timestamptz(3) as moment from sessions
      where id = ${caller.sessionId} and account_id = ${caller.accountId} and ended_at is null
    ), taken as (
      insert into idempotency_keys (scope, key, fingerprint, status, response)
      select ${operation.scope}, ${operation.key}, ${operation.fingerprint}::bytea, 201, jsonb_build_object(
        'id', ${post.id}::text,
        'body', ${post.body}::text,
        'createdAt', to_char(moment at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      from session
      on conflict do nothing
      returning key
    ), post as (
      insert into posts (id, account_id, body, created_at)
      select ${post.id}::uuid, account_id, ${post.body}, moment from session, taken
      returning created_at
    )
    select post.created_at as "createdAt" from session left join post on true`.execute(database);
  const [row] = rows;
  if (row === undefined) return "no-session";
  return row.createdAt === null ? "key-known" : { createdAt: row.createdAt };
}

/**
 * A page of an account's posts, newest first, in one round trip. SQL for the same reason.
 * @returns undefined where there is no such account.
 */
export async function listPosts(
  database: Kysely<Database>,
  handle: string,
  { limit, after }: { limit: number; after: Position | undefined },
): Promise<Post[] | undefined> {
  const older = after ? sql`and (created_at, id) < (${after.createdAt}, ${after.id}::uuid)` : sql``;
  const { rows } = await sql<Post | { id: null }>`
    select post.id, post.body, post.created_at as "createdAt"
    from accounts left join lateral (
      select id, body, created_at from posts
      where account_id = accounts.id ${older}
      order by created_at desc, id desc limit ${limit}
    ) post on true
    where accounts.handle = ${handle}
    order by post.created_at desc, post.id desc`.execute(database);
  // An account without posts is one row of nothing.
  return rows.length === 0 ? undefined : rows.filter((row): row is Post => row.id !== null);
}

/** A post with its author. */
export interface PostOfSomebody extends Post {
  handle: string;
}

export function findPost(database: Kysely<Database>, id: string): Promise<PostOfSomebody | undefined> {
  return database
    .selectFrom("posts")
    .innerJoin("accounts", "accounts.id", "posts.account_id")
    .select(["posts.id", "posts.body", "posts.created_at as createdAt", "accounts.handle"])
    .where("posts.id", "=", id)
    .executeTakeFirst();
}

/** @returns The post as it is now; undefined where the account has none of this id. */
export function changePost(
  database: Kysely<Database>,
  accountId: string,
  post: { id: string; body: string },
): Promise<Post | undefined> {
  return database
    .updateTable("posts")
    .set({ body: post.body })
    .where("id", "=", post.id)
    .where("account_id", "=", accountId)
    .returning(["id", "body", "created_at as createdAt"])
    .executeTakeFirst();
}

/** @returns Whether the account had such a post. */
export async function deletePost(
  database: Kysely<Database>,
  accountId: string,
  id: string,
): Promise<boolean> {
  const deleted = await database
    .deleteFrom("posts")
    .where("id", "=", id)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

/** Deletes some posts of the account, so that no statement is long. @returns How many. */
export async function deleteSomePosts(
  database: Kysely<Database>,
  accountId: string,
  most: number,
): Promise<number> {
  const some = database.selectFrom("posts").select("id").where("account_id", "=", accountId).limit(most);
  const deleted = await database.deleteFrom("posts").where("id", "in", some).executeTakeFirst();
  return Number(deleted.numDeletedRows);
}

/** What a user's page shows. */
export interface ProfileWithPosts extends Pick<Profile, "handle" | "displayName" | "bio" | "avatarKey"> {
  /** Newest first. */
  posts: Post[];
}

/**
 * An account with its newest posts, in one statement: nothing is read more often, and sending a statement costs more
 * than the database needs to answer it.
 * @returns undefined where there is no such account.
 */
export async function findProfileWithPosts(
  database: Kysely<Database>,
  handle: string,
  { limit, after }: { limit: number; after: Position | undefined },
): Promise<ProfileWithPosts | undefined> {
  const older = after ? sql`and (created_at, id) < (${after.createdAt}, ${after.id}::uuid)` : sql``;
  const { rows } = await sql<
    Omit<ProfileWithPosts, "posts"> & { posts: [id: string, body: string, createdAtMs: number][] }
  >`
    select handle, display_name as "displayName", bio, avatar_key as "avatarKey", (
      select coalesce(json_agg(json_build_array(id, body, trunc(extract(epoch from created_at) * 1000))), '[]')
      from (
        select id, body, created_at from posts where account_id = accounts.id ${older}
        order by created_at desc, id desc limit ${limit}
      ) post
    ) as posts
    from accounts where handle = ${handle}`.execute(database);
  const [row] = rows;
  if (row === undefined) return undefined;
  const posts = row.posts.map(([id, body, createdAtMs]) => ({ id, body, createdAt: new Date(createdAtMs) }));
  return { ...row, posts };
}
