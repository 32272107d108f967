import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Database } from "../database/types.ts";

/** A table and which of its rows nobody will ask for again. */
interface Expired {
  table: string;
  condition: RawBuilder<unknown>;
  /** The condition names a part of them only: where it found any, there may be more. */
  isPart?: boolean;
}

const expiredSessions = sql`expires_at < now() - interval '1 day'`;

/** In this order: a session is deleted when it has no token left, so that no deletion cascades to many rows. */
const expired: readonly Expired[] = [
  /** No client retries for longer than a day. */
  { table: "idempotency_keys", condition: sql`created_at < now() - interval '1 day'` },
  { table: "rate_limits", condition: sql`resets_at < now()` },
  /** A used token is kept to recognise a thief who uses it again; one that comes after a week is only refused. */
  { table: "refresh_tokens", condition: sql`used_at < now() - interval '7 days'` },
  {
    table: "refresh_tokens",
    condition: sql`session_id in (
      select id from sessions where ${expiredSessions} order by expires_at limit 100)`,
    isPart: true,
  },
  {
    table: "sessions",
    condition: sql`${expiredSessions} and not exists (
      select from refresh_tokens where refresh_tokens.session_id = sessions.id)`,
  },
];

/** Rows of each table per round: as many as before, or fewer after a round that took too long. */
const steps = { most: 2_000, least: 20 };

/** Deletes expired rows in steps that are small enough to end in time, whatever has piled up. */
export class ExpiredRows {
  private step = steps.most;

  /**
   * Deletes some of them.
   * @returns Whether there may be more.
   * @throws What the last table that failed failed with; the others were cleaned all the same.
   */
  async deleteSome(database: Kysely<Database>): Promise<boolean> {
    let more = false;
    let failure: unknown;
    for (const rows of expired) {
      try {
        const deleted = await deleteRows(database, rows, this.step);
        more ||= deleted === this.step || (rows.isPart === true && deleted > 0);
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== undefined) {
      this.step = Math.max(steps.least, Math.floor(this.step / 4));
      throw failure;
    }
    this.step = Math.min(steps.most, this.step * 2);
    return more;
  }
}

/** @returns How many rows were deleted; rows that another node is deleting are left to it. */
async function deleteRows(
  database: Kysely<Database>,
  { table, condition }: Expired,
  most: number,
): Promise<number> {
  const rows = sql.table(table);
  const result = await sql`
    delete from ${rows} where ctid = any (array (
      select ctid from ${rows} where ${condition} limit ${sql.lit(most)} for update skip locked))`.execute(
    database,
  );
  return Number(result.numAffectedRows ?? 0);
}
