import { type Kysely, sql } from "kysely";

/**
 * Expand: what a person sees of each session, and which objects of the bucket are to be removed when.
 *
 * Nodes of the release before write sessions without a device and an address, and leave replaced avatars where they
 * are: those columns may be null, and an object that no row names is nobody's loss.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .alterTable("sessions")
    .addColumn("last_used_at", "timestamptz(3)")
    .addColumn("user_agent", "text")
    .addColumn("address", "text")
    .execute();
  // For the clean-up: tokens that were used long ago.
  await database.schema
    .createIndex("refresh_tokens_used")
    .on("refresh_tokens")
    .column("used_at")
    .where(sql.ref("used_at"), "is not", null)
    .execute();

  await database.schema
    .createTable("unused_objects")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("account_id", "uuid", (column) => column.notNull())
    .addColumn("delete_after", "timestamptz(3)", (column) => column.notNull())
    .execute();
  await database.schema
    .createIndex("unused_objects_due")
    .on("unused_objects")
    .column("delete_after")
    .execute();
  // Whether an object is shown by anybody, before it is removed.
  await database.schema
    .createIndex("accounts_avatar")
    .on("accounts")
    .column("avatar_key")
    .where(sql.ref("avatar_key"), "is not", null)
    .execute();
}
