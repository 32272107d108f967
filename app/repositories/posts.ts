import { type Kysely, sql } from "kysely";
import type { Database } from "../database/types.ts";
import type { Caller } from "../security/access-tokens.ts";
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

/** What became of a post: made now; not made, its key being known; or refused, the session having ended. */
export type Posting = { createdAt: Date } | "key-known" | "no-session";

const nowToTheMillisecond = sql<Date>`now()::timestamptz(3)`;

/**
 * Makes a post under an idempotency key, for a session that lives: one statement, so one round trip and one commit.
 * Where another request with the key is still under way, it waits for the end of that one.
 */
export async function insertPostOnce(
  database: Kysely<Database>,
  caller: Caller,
  operation: Operation,
  post: { id: string; body: string },
): Promise<Posting> {
  const createdAtText = sql<string>`to_char(${nowToTheMillisecond} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  const answer = sql<string>`jsonb_build_object(
    'id', ${post.id}::text, 'body', ${post.body}::text, 'createdAt', ${createdAtText})`;
  const row = await database
    .with("session", (statement) =>
      statement
        .selectFrom("sessions")
        .select("account_id")
        .where("id", "=", caller.sessionId)
        .where("account_id", "=", caller.accountId)
        .where("ended_at", "is", null),
    )
    .with("taken", (statement) =>
      statement
        .insertInto("idempotency_keys")
        .columns(["scope", "key", "fingerprint", "status", "response"])
        .expression((insert) =>
          insert
            .selectFrom("session")
            .select([
              sql<string>`${operation.scope}::text`.as("scope"),
              sql<string>`${operation.key}::text`.as("key"),
              sql<Buffer>`${operation.fingerprint}::bytea`.as("fingerprint"),
              sql<number>`201`.as("status"),
              answer.as("response"),
            ]),
        )
        .onConflict((conflict) => conflict.doNothing())
        .returning("key"),
    )
    .with("post", (statement) =>
      statement
        .insertInto("posts")
        .columns(["id", "account_id", "body", "created_at"])
        .expression((insert) =>
          insert
            .selectFrom(["session", "taken"])
            .select([
              sql<string>`${post.id}::uuid`.as("id"),
              "session.account_id",
              sql<string>`${post.body}::text`.as("body"),
              nowToTheMillisecond.as("created_at"),
            ]),
        )
        .returning("created_at"),
    )
    .selectFrom("session")
    .leftJoin("post", (join) => join.onTrue())
    .select("post.created_at as createdAt")
    .executeTakeFirst();
  if (row === undefined) return "no-session";
  return row.createdAt === null ? "key-known" : { createdAt: row.createdAt };
}

/**
 * A page of an account's posts, newest first, in one round trip.
 * @returns undefined where there is no such account.
 */
export async function listPosts(
  database: Kysely<Database>,
  handle: string,
  page: { limit: number; after: Position | undefined },
): Promise<Post[] | undefined> {
  const { limit, after } = page;
  const rows = await database
    .selectFrom("accounts")
    .leftJoinLateral(
      (query) =>
        query
          .selectFrom("posts")
          .select(["posts.id", "posts.body", "posts.created_at"])
          .whereRef("posts.account_id", "=", "accounts.id")
          .$if(after !== undefined, (older) =>
            older.where(sql<boolean>`(posts.created_at, posts.id) < (${after?.createdAt}, ${after?.id})`),
          )
          .orderBy("posts.created_at", "desc")
          .orderBy("posts.id", "desc")
          .limit(limit)
          .as("post"),
      (join) => join.onTrue(),
    )
    .select(["post.id", "post.body", "post.created_at as createdAt"])
    .where("accounts.handle", "=", handle)
    .execute();
  if (rows.length === 0) return undefined;
  return rows.filter((row): row is Post => row.id !== null);
}
