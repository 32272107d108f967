import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../database/types.ts";

/** An upload that is never shown is removed after this; nothing that is shown is. */
const uploadHours = sql<Date>`now() + interval '1 day'`;
/** Somebody may still be looking at a page with it. */
const replacedHours = sql<Date>`now() + interval '1 hour'`;

/** Notes an object before it is stored, so that none is ever left that no row names. */
export async function expectObject(
  database: Kysely<Database>,
  object: { key: string; accountId: string },
): Promise<void> {
  await database
    .insertInto("unused_objects")
    .values({ key: object.key, account_id: object.accountId, delete_after: uploadHours })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ delete_after: uploadHours }))
    .execute();
}

/** The object is shown now. */
export async function useObject(transaction: Transaction<Database>, key: string): Promise<void> {
  await transaction.deleteFrom("unused_objects").where("key", "=", key).execute();
}

/** The object is shown no more. @param at once: its account is deleted. */
export async function abandonObject(
  transaction: Transaction<Database>,
  object: { key: string; accountId: string },
  when: "later" | "at once" = "later",
): Promise<void> {
  const deleteAfter = when === "later" ? replacedHours : sql<Date>`now()`;
  await transaction
    .insertInto("unused_objects")
    .values({ key: object.key, account_id: object.accountId, delete_after: deleteAfter })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ delete_after: deleteAfter }))
    .execute();
}

/** What of this account is on its way out goes at once. */
export async function abandonAllOf(transaction: Transaction<Database>, accountId: string): Promise<void> {
  await transaction
    .updateTable("unused_objects")
    .set({ delete_after: sql<Date>`now()` })
    .where("account_id", "=", accountId)
    .execute();
}

/** Objects whose time has come; those that an account shows after all are taken off the list. */
export async function dueObjects(database: Kysely<Database>, most: number): Promise<string[]> {
  const rows = await database
    .selectFrom("unused_objects")
    .select((column) => [
      "key",
      column
        .exists(
          column
            .selectFrom("accounts")
            .select("id")
            .whereRef("accounts.avatar_key", "=", "unused_objects.key"),
        )
        .as("shown"),
    ])
    .where("delete_after", "<=", sql<Date>`now()`)
    .orderBy("delete_after")
    .limit(most)
    .execute();
  await forgetObjects(
    database,
    rows.filter(({ shown }) => shown).map(({ key }) => key),
  );
  return rows.filter(({ shown }) => !shown).map(({ key }) => key);
}

/** They are gone. */
export async function forgetObjects(database: Kysely<Database>, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await database.deleteFrom("unused_objects").where("key", "in", keys).execute();
}
