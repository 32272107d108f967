import type { Kysely, Transaction } from "kysely";
import type { Database } from "../database/types.ts";
import type { Caller } from "../security/access-tokens.ts";

/** What anyone may see of an account. */
export interface Profile {
  id: string;
  handle: string;
  displayName: string;
  bio: string;
  avatarKey: string | null;
  createdAt: Date;
}

/** What only its owner sees. */
export interface OwnProfile extends Profile {
  email: string;
}

export interface NewAccount {
  id: string;
  handle: string;
  email: string;
  passwordHash: string;
}

const profileColumns = [
  "accounts.id",
  "accounts.handle",
  "accounts.display_name as displayName",
  "accounts.bio",
  "accounts.avatar_key as avatarKey",
  "accounts.created_at as createdAt",
] as const;

/**
 * @returns Which of the two is taken; undefined when the account was made. The transaction goes on either way.
 */
export async function insertAccount(
  transaction: Transaction<Database>,
  account: NewAccount,
): Promise<"handle" | "email" | undefined> {
  const inserted = await transaction
    .insertInto("accounts")
    .values({
      id: account.id,
      handle: account.handle,
      email: account.email,
      password_hash: account.passwordHash,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  if (inserted) return undefined;
  const sameHandle = await transaction
    .selectFrom("accounts")
    .select("id")
    .where("handle", "=", account.handle)
    .executeTakeFirst();
  return sameHandle ? "handle" : "email";
}

export function findProfile(database: Kysely<Database>, handle: string): Promise<Profile | undefined> {
  return database
    .selectFrom("accounts")
    .select(profileColumns)
    .where("accounts.handle", "=", handle)
    .executeTakeFirst();
}

/** The caller's own profile, while the session lives. */
export function findOwnProfile(database: Kysely<Database>, caller: Caller): Promise<OwnProfile | undefined> {
  return database
    .selectFrom("accounts")
    .innerJoin("sessions", "sessions.account_id", "accounts.id")
    .select([...profileColumns, "accounts.email"])
    .where("sessions.id", "=", caller.sessionId)
    .where("sessions.ended_at", "is", null)
    .where("accounts.id", "=", caller.accountId)
    .executeTakeFirst();
}

/**
 * Locks the caller's account against changes until the transaction ends.
 * @returns undefined where the session has ended, or the account is gone.
 */
export function lockLiveAccount(
  transaction: Transaction<Database>,
  caller: Caller,
): Promise<{ handle: string; avatarKey: string | null; passwordHash: string } | undefined> {
  return transaction
    .selectFrom("accounts")
    .innerJoin("sessions", "sessions.account_id", "accounts.id")
    .select(["accounts.handle", "accounts.avatar_key as avatarKey", "accounts.password_hash as passwordHash"])
    .where("sessions.id", "=", caller.sessionId)
    .where("sessions.ended_at", "is", null)
    .where("accounts.id", "=", caller.accountId)
    .forUpdate("accounts")
    .executeTakeFirst();
}

/** What the caller logs in with, while the session lives. */
export function findOwnCredentials(
  database: Kysely<Database>,
  caller: Caller,
): Promise<{ handle: string; email: string; passwordHash: string } | undefined> {
  return database
    .selectFrom("accounts")
    .innerJoin("sessions", "sessions.account_id", "accounts.id")
    .select(["accounts.handle", "accounts.email", "accounts.password_hash as passwordHash"])
    .where("sessions.id", "=", caller.sessionId)
    .where("sessions.ended_at", "is", null)
    .where("accounts.id", "=", caller.accountId)
    .executeTakeFirst();
}

export async function setPasswordHash(
  transaction: Transaction<Database>,
  accountId: string,
  passwordHash: string,
): Promise<void> {
  await transaction
    .updateTable("accounts")
    .set({ password_hash: passwordHash })
    .where("id", "=", accountId)
    .execute();
}

/** Deletes the account, with it its sessions and their tokens, and what answers its keys remember. */
export async function deleteAccount(
  transaction: Transaction<Database>,
  account: { id: string; handle: string },
): Promise<void> {
  await transaction.deleteFrom("accounts").where("id", "=", account.id).execute();
  await transaction
    .deleteFrom("idempotency_keys")
    .where("scope", "in", [account.id, `sign-up:${account.handle}`])
    .execute();
}

/** What a log-in is checked against. */
export function findCredentials(
  database: Kysely<Database>,
  handle: string,
): Promise<{ id: string; passwordHash: string } | undefined> {
  return database
    .selectFrom("accounts")
    .select(["id", "password_hash as passwordHash"])
    .where("handle", "=", handle)
    .executeTakeFirst();
}

/** Replaces a hash by another of the same password, unless someone else has done so. */
export async function replacePasswordHash(
  database: Kysely<Database>,
  accountId: string,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await database
    .updateTable("accounts")
    .set({ password_hash: to })
    .where("id", "=", accountId)
    .where("password_hash", "=", from)
    .execute();
}

export function changeProfile(
  transaction: Transaction<Database>,
  accountId: string,
  changes: { displayName?: string; bio?: string },
): Promise<OwnProfile> {
  return transaction
    .updateTable("accounts")
    .set((column) => ({
      display_name: changes.displayName ?? column.ref("display_name"),
      bio: changes.bio ?? column.ref("bio"),
    }))
    .where("accounts.id", "=", accountId)
    .returning([...profileColumns, "accounts.email"])
    .executeTakeFirstOrThrow();
}

/**
 * Shows the object as the account's avatar, or none. The address is kept for the release before 0002_avatar_key.
 */
export async function setAvatar(
  transaction: Transaction<Database>,
  accountId: string,
  avatar: { key: string; url: string } | undefined,
): Promise<void> {
  await transaction
    .updateTable("accounts")
    .set({ avatar_key: avatar?.key ?? null, avatar_url: avatar?.url ?? null })
    .where("id", "=", accountId)
    .execute();
}
