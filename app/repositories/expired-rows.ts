import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Database } from "../database/types.ts";

/** What is deleted when, and how a row is named. */
const expired: Record<string, RawBuilder<unknown>> = {
  /** No client retries for longer than a day. */
  idempotency_keys: sql`created_at < now() - interval '1 day'`,
  rate_limits: sql`resets_at < now()`,
  /** With their tokens. */
  sessions: sql`expires_at < now() - interval '1 day'`,
};

/**
 * Deletes some of the rows that nobody will ask for again.
 * @param most Rows of each table, so that no transaction is long.
 * @returns Whether there may be more.
 */
export async function deleteExpiredRows(database: Kysely<Database>, most: number): Promise<boolean> {
  let more = false;
  for (const [table, condition] of Object.entries(expired)) {
    const rows = sql.table(table);
    // Rows that another node is deleting are left to it.
    const result = await sql`
      delete from ${rows} where ctid = any (array (
        select ctid from ${rows} where ${condition} limit ${sql.lit(most)} for update skip locked))`.execute(
      database,
    );
    more ||= Number(result.numAffectedRows ?? 0) === most;
  }
  return more;
}
