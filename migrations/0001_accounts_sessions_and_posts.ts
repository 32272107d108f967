import { type Kysely, sql } from "kysely";

/** The first schema. Times are kept to the millisecond, as the API shows them. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await createAccounts(database);
  await createSessions(database);
  await createPosts(database);
  await createIdempotencyKeys(database);
  await createRateLimits(database);
}

async function createAccounts(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("accounts")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("handle", "text", (column) => column.notNull())
    .addColumn("email", "text", (column) => column.notNull())
    .addColumn("password_hash", "text", (column) => column.notNull())
    .addColumn("display_name", "text", (column) => column.notNull().defaultTo(""))
    .addColumn("bio", "text", (column) => column.notNull().defaultTo(""))
    .addColumn("avatar_url", "text")
    .addColumn("created_at", "timestamptz(3)", (column) => column.notNull().defaultTo(sql`now()`))
    .addUniqueConstraint("accounts_handle_unique", ["handle"])
    .addUniqueConstraint("accounts_email_unique", ["email"])
    // The service folds case itself; these keep anyone else from storing a second spelling.
    .addCheckConstraint("accounts_handle_form", sql`handle ~ '^[a-z0-9_-]+$'`)
    .addCheckConstraint("accounts_email_form", sql`email = lower(email)`)
    .execute();
}

async function createSessions(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("sessions")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("account_id", "uuid", (column) =>
      column.notNull().references("accounts.id").onDelete("cascade"),
    )
    .addColumn("created_at", "timestamptz(3)", (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn("expires_at", "timestamptz(3)", (column) => column.notNull())
    .addColumn("ended_at", "timestamptz(3)")
    .execute();
  await database.schema.createIndex("sessions_account").on("sessions").column("account_id").execute();
  await database.schema.createIndex("sessions_expiry").on("sessions").column("expires_at").execute();

  await database.schema
    .createTable("refresh_tokens")
    .addColumn("hash", "bytea", (column) => column.primaryKey())
    .addColumn("session_id", "uuid", (column) =>
      column.notNull().references("sessions.id").onDelete("cascade"),
    )
    .addColumn("created_at", "timestamptz(3)", (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn("used_at", "timestamptz(3)")
    .addColumn("successor_hash", "bytea")
    .execute();
  await database.schema
    .createIndex("refresh_tokens_session")
    .on("refresh_tokens")
    .column("session_id")
    .execute();
}

async function createPosts(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("posts")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("account_id", "uuid", (column) =>
      column.notNull().references("accounts.id").onDelete("cascade"),
    )
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("created_at", "timestamptz(3)", (column) => column.notNull().defaultTo(sql`now()`))
    .execute();
  await database.schema
    .createIndex("posts_newest_first")
    .on("posts")
    .columns(["account_id", "created_at desc", "id desc"])
    .execute();
}

/** A key and its answer, written in the same transaction as the effect. */
async function createIdempotencyKeys(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("idempotency_keys")
    .addColumn("scope", "text", (column) => column.notNull())
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("fingerprint", "bytea", (column) => column.notNull())
    .addColumn("status", "smallint", (column) => column.notNull())
    .addColumn("response", "jsonb", (column) => column.notNull())
    .addColumn("created_at", "timestamptz(3)", (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn("replayed_at", "timestamptz(3)")
    .addPrimaryKeyConstraint("idempotency_keys_pkey", ["scope", "key"])
    .execute();
  await database.schema
    .createIndex("idempotency_keys_age")
    .on("idempotency_keys")
    .column("created_at")
    .execute();
}

/**
 * Counters that all nodes share. Unlogged: they wait for no standby and cost no log. A failover resets them, which is
 * acceptable for limits.
 */
async function createRateLimits(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("rate_limits")
    .modifyFront(sql`unlogged`)
    .addColumn("bucket", "text", (column) => column.primaryKey())
    .addColumn("count", "integer", (column) => column.notNull())
    .addColumn("resets_at", "timestamptz(3)", (column) => column.notNull())
    .execute();
  await database.schema.createIndex("rate_limits_resets").on("rate_limits").column("resets_at").execute();
}
