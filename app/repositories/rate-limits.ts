import { type Kysely, sql } from "kysely";
import type { Database } from "../database/types.ts";
import type { Limit } from "../settings/limits.ts";

/** What a bucket holds now. */
export interface Bucket {
  /** Permits given since the window began, those just taken included. */
  count: number;
  /** Until the window ends and the count begins again. */
  resetsInMs: number;
}

const resetsInMs = sql<number>`(extract(epoch from resets_at - now()) * 1000)::integer`;

/** Takes permits from a bucket that all nodes share. The window begins with the first permit taken in it. */
export async function takePermits(
  database: Kysely<Database>,
  bucket: string,
  permits: number,
  windowSeconds: number,
): Promise<Bucket> {
  const resetsAt = sql<Date>`now() + make_interval(secs => ${windowSeconds})`;
  const over = sql<boolean>`rate_limits.resets_at <= now()`;
  return database
    .insertInto("rate_limits")
    .values({ bucket, count: permits, resets_at: resetsAt })
    .onConflict((conflict) =>
      conflict.column("bucket").doUpdateSet({
        count: sql<number>`case when ${over} then excluded.count else rate_limits.count + excluded.count end`,
        resets_at: sql<Date>`case when ${over} then excluded.resets_at else rate_limits.resets_at end`,
      }),
    )
    .returning(["count", resetsInMs.as("resetsInMs")])
    .executeTakeFirstOrThrow();
}

/** Fills a bucket by one. It leaks: of `limit.count` that fill it, one is gone after each equal part of the window. */
export async function fillBucket(database: Kysely<Database>, bucket: string, limit: Limit): Promise<void> {
  const part = sql`make_interval(secs => ${limit.windowSeconds / limit.count})`;
  await database
    .insertInto("rate_limits")
    .values({ bucket, count: 1, resets_at: sql<Date>`now() + ${part}` })
    .onConflict((conflict) =>
      conflict.column("bucket").doUpdateSet({
        resets_at: sql<Date>`greatest(rate_limits.resets_at, now()) + ${part}`,
      }),
    )
    .execute();
}

/** In how many milliseconds each bucket that leaks will be empty; those that are not there are. */
export async function readBuckets(
  database: Kysely<Database>,
  buckets: readonly string[],
): Promise<Map<string, number>> {
  const rows = await database
    .selectFrom("rate_limits")
    .select(["bucket", resetsInMs.as("emptyInMs")])
    .where("bucket", "in", buckets)
    .execute();
  return new Map(rows.map(({ bucket, emptyInMs }) => [bucket, emptyInMs]));
}
