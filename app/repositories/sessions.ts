import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../database/types.ts";
import type { Caller } from "../security/access-tokens.ts";

/** A refresh token with its session, both locked. */
export interface LockedToken {
  sessionId: string;
  accountId: string;
  /** The session has neither been ended nor run out. */
  sessionLives: boolean;
  usedAt: Date | null;
  /** It was exchanged only moments ago: perhaps its answer was lost. */
  usedJustNow: boolean | null;
  successorHash: Buffer | null;
}

/** A session that is not refreshed ends by itself after this. */
const sessionDays = sql<Date>`now() + interval '30 days'`;
/** And every one this long after its log-in, however often it is refreshed. */
const longestSession = sql`interval '90 days'`;

/** A session as its owner sees it. */
export interface ShownSession {
  id: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  userAgent: string | null;
  address: string | null;
}

/** Who logs in from where, as far as the request says. */
export interface Device {
  userAgent: string | undefined;
  address: string;
}

/** What a session remembers of a name that a client gives itself. */
const longestUserAgent = 200;

/**
 * Starts a session with its first refresh token. Done again under the same id it only writes what is there, which
 * makes its commit wait for the standby like the first.
 */
export async function startSession(
  database: Kysely<Database>,
  session: { id: string; accountId: string; refreshTokenHash: Buffer; device: Device },
): Promise<void> {
  await database
    .with("session", (statement) =>
      statement
        .insertInto("sessions")
        .values({
          id: session.id,
          account_id: session.accountId,
          expires_at: sessionDays,
          user_agent: session.device.userAgent?.slice(0, longestUserAgent) ?? null,
          address: session.device.address,
        })
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ expires_at: sessionDays })),
    )
    .insertInto("refresh_tokens")
    .values({ hash: session.refreshTokenHash, session_id: session.id })
    .onConflict((conflict) => conflict.column("hash").doNothing())
    .execute();
}

export async function sessionLives(database: Kysely<Database>, caller: Caller): Promise<boolean> {
  const session = await database
    .selectFrom("sessions")
    .select("id")
    .where("id", "=", caller.sessionId)
    .where("account_id", "=", caller.accountId)
    .where("ended_at", "is", null)
    .executeTakeFirst();
  return session !== undefined;
}

/**
 * Ends a session and with it its tokens; ending it again changes nothing.
 * @returns Whether the account has such a session.
 */
export async function endSession(database: Kysely<Database>, caller: Caller): Promise<boolean> {
  const result = await database
    .updateTable("sessions")
    .set((column) => ({ ended_at: column.fn.coalesce("ended_at", sql<Date>`now()`) }))
    .where("id", "=", caller.sessionId)
    .where("account_id", "=", caller.accountId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The account's sessions that live, the one used last first. */
export function listSessions(database: Kysely<Database>, accountId: string): Promise<ShownSession[]> {
  return database
    .selectFrom("sessions")
    .select([
      "id",
      "created_at as createdAt",
      "last_used_at as lastUsedAt",
      "user_agent as userAgent",
      "address",
    ])
    .where("account_id", "=", accountId)
    .where("ended_at", "is", null)
    .where("expires_at", ">", sql<Date>`now()`)
    .orderBy((column) => column.fn.coalesce("last_used_at", "created_at"), "desc")
    .orderBy("id")
    .execute();
}

/** Where the account was logged in from, as far as its sessions are still known. */
export async function knownAddresses(database: Kysely<Database>, handle: string): Promise<string[]> {
  const rows = await database
    .selectFrom("sessions")
    .innerJoin("accounts", "accounts.id", "sessions.account_id")
    .select("sessions.address")
    .distinct()
    .where("accounts.handle", "=", handle)
    .where("sessions.address", "is not", null)
    .limit(1_000)
    .execute();
  return rows.flatMap(({ address }) => (address === null ? [] : [address]));
}

/** Ends every session of the caller's account but the caller's. */
export async function endOtherSessions(database: Kysely<Database>, caller: Caller): Promise<void> {
  await database
    .updateTable("sessions")
    .set({ ended_at: sql<Date>`now()` })
    .where("account_id", "=", caller.accountId)
    .where("id", "!=", caller.sessionId)
    .where("ended_at", "is", null)
    .execute();
}

/** Keeps the session alive for as long again, within its longest life. */
export async function prolongSession(transaction: Transaction<Database>, sessionId: string): Promise<void> {
  await transaction
    .updateTable("sessions")
    .set({
      expires_at: sql<Date>`least(${sessionDays}, created_at + ${longestSession})`,
      last_used_at: sql<Date>`now()`,
    })
    .where("id", "=", sessionId)
    .execute();
}

/** Both rows are locked, so that of two refreshes at once the second sees what the first did. */
export function lockRefreshToken(
  transaction: Transaction<Database>,
  hash: Buffer,
  graceSeconds: number,
): Promise<LockedToken | undefined> {
  return transaction
    .selectFrom("refresh_tokens")
    .innerJoin("sessions", "sessions.id", "refresh_tokens.session_id")
    .select([
      "sessions.id as sessionId",
      "sessions.account_id as accountId",
      sql<boolean>`sessions.ended_at is null and sessions.expires_at > now()`.as("sessionLives"),
      "refresh_tokens.used_at as usedAt",
      sql<boolean | null>`refresh_tokens.used_at > now() - make_interval(secs => ${graceSeconds})`.as(
        "usedJustNow",
      ),
      "refresh_tokens.successor_hash as successorHash",
    ])
    .where("refresh_tokens.hash", "=", hash)
    .forUpdate()
    .executeTakeFirst();
}

export async function isUnused(transaction: Transaction<Database>, hash: Buffer): Promise<boolean> {
  const token = await transaction
    .selectFrom("refresh_tokens")
    .select("hash")
    .where("hash", "=", hash)
    .where("used_at", "is", null)
    .executeTakeFirst();
  return token !== undefined;
}

/** Exchanges a token for its successor. */
export async function replaceRefreshToken(
  transaction: Transaction<Database>,
  sessionId: string,
  { hash, successorHash }: { hash: Buffer; successorHash: Buffer },
): Promise<void> {
  await transaction
    .with("used", (statement) =>
      statement
        .updateTable("refresh_tokens")
        .set({ used_at: sql<Date>`now()`, successor_hash: successorHash })
        .where("hash", "=", hash),
    )
    .insertInto("refresh_tokens")
    .values({ hash: successorHash, session_id: sessionId })
    .execute();
}
