import { type Kysely, type SqlBool, sql, type Transaction } from "kysely";
import type { Database } from "../database/types.ts";

/** Something that must happen once: whose key, which key, and a fingerprint of the request. */
export interface Operation {
  scope: string;
  key: string;
  /** SHA-256 over what was asked. */
  fingerprint: Buffer;
}

/** What a key was answered with. */
export interface StoredAnswer {
  status: number;
  response: Record<string, unknown>;
  /** Whether it was the same request. */
  sameRequest: SqlBool;
}

/**
 * Takes the key. Where another request with it is still under way, this waits for the end of that one.
 * @returns Whether the key was free.
 */
export async function takeKey(transaction: Transaction<Database>, operation: Operation): Promise<boolean> {
  const taken = await transaction
    .insertInto("idempotency_keys")
    .values({ ...operation, status: 0, response: {} })
    .onConflict((conflict) => conflict.doNothing())
    .returning("key")
    .executeTakeFirst();
  return taken !== undefined;
}

/** Remembers the answer under the key that was taken. */
export async function storeAnswer(
  transaction: Transaction<Database>,
  { scope, key }: Operation,
  status: number,
  response: object,
): Promise<void> {
  await transaction
    .updateTable("idempotency_keys")
    .set({ status, response })
    .where("scope", "=", scope)
    .where("key", "=", key)
    .execute();
}

/**
 * What the key was answered with; undefined when it is gone. This writes: after a crash a commit can be visible that no
 * standby has, and an answer that builds on it must wait until one does.
 */
export function findAnswer(
  database: Kysely<Database>,
  { scope, key, fingerprint }: Operation,
): Promise<StoredAnswer | undefined> {
  return database
    .updateTable("idempotency_keys")
    .set({ replayed_at: sql<Date>`now()` })
    .where("scope", "=", scope)
    .where("key", "=", key)
    .returning(["status", "response", (row) => row("fingerprint", "=", fingerprint).as("sameRequest")])
    .executeTakeFirst();
}
