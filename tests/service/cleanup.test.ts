import { sql as kyselySql } from "kysely";
import type postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ExpiredRows } from "../../app/repositories/expired-rows.ts";
import { newPerson, type Person } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let node: Node;
let sql: postgres.Sql;
let ada: Person;

/** The most rows that one statement may delete, those included that go because they belong to others. */
const largestStep = 2_000;

beforeAll(async () => {
  const deployment = await newDeployment();
  node = await startNode(settingsOf(deployment, "app-1"));
  sql = superuser(deployment.databaseName);
  ada = await newPerson(node.url);
  // Notes how many rows each statement deletes; a cascade is a statement of its own.
  await sql.unsafe(`
    create table deletions (name text, rows integer);
    create function note_deletion() returns trigger language plpgsql security definer as $$
      begin
        insert into public.deletions select tg_table_name, count(*) from gone;
        return null;
      end $$`);
  for (const table of ["sessions", "refresh_tokens", "idempotency_keys", "rate_limits"])
    await sql.unsafe(`
      create trigger note after delete on ${table} referencing old table as gone
      for each statement execute function note_deletion()`);
});

afterAll(async () => {
  await node.close();
  await sql.end();
});

beforeEach(async () => {
  await sql`truncate deletions`;
});

/** Sessions that ran out long ago, with as many tokens each as an eager client has used. */
async function expiredSessions(count: number, tokensEach: number): Promise<void> {
  await sql`
    with made as (
      insert into sessions (id, account_id, expires_at)
      select gen_random_uuid(), ${ada.id}, now() - interval '2 days' from generate_series(1, ${count})
      returning id)
    insert into refresh_tokens (hash, session_id, used_at)
    select sha256((id::text || n)::bytea), id, now() - interval '3 days'
    from made, generate_series(1, ${tokensEach}) n`;
}

const counted = async () =>
  (
    await sql`
      select (select count(*) from sessions)::int as sessions,
        (select count(*) from refresh_tokens)::int as tokens,
        (select count(*) from idempotency_keys)::int as keys,
        (select count(*) from rate_limits where bucket like 'ended %')::int as limits`
  )[0];

test("whatever has piled up goes in small steps, and nothing else with it", async () => {
  const before = await counted();
  await expiredSessions(3, 9_000);
  await expiredSessions(2_500, 2);
  // Of a session that lives: one used long ago, one used yesterday.
  await sql`
    insert into refresh_tokens (hash, session_id, used_at)
    select sha256(age::bytea), sessions.id, now() - age::interval
    from sessions, unnest(array['8 days', '1 day']) age where account_id = ${ada.id} and expires_at > now()`;
  await sql`
    insert into idempotency_keys (scope, key, fingerprint, status, response, created_at)
    select 'someone', n::text, ''::bytea, 204, '{}', now() - age
    from generate_series(1, 4500) n, (values (interval '25 hours')) ages(age)`;
  await sql`insert into rate_limits (bucket, count, resets_at)
    select 'ended ' || n, 1, now() - interval '1 second' from generate_series(1, 4500) n`;

  const expired = new ExpiredRows();
  let rounds = 1;
  while (await expired.deleteSome(node.app.database.direct)) rounds++;
  // 32,000 tokens at 2,000 a round, of which the hundred sessions with the most wait longest.
  expect(rounds).toBeLessThan(60);
  const steps = await sql<{ name: string; most: number }[]>`
    select name, max(rows) as most from deletions group by name order by name`;
  expect(steps.map(({ name }) => name)).toEqual([
    "idempotency_keys",
    "rate_limits",
    "refresh_tokens",
    "sessions",
  ]);
  for (const { name, most } of steps) expect(most, name).toBeLessThanOrEqual(largestStep);
  expect(await counted()).toEqual({ ...before, tokens: before?.tokens + 1 });
});

test("a step that takes too long is made smaller until it ends, and everything goes all the same", async () => {
  const before = await counted();
  await expiredSessions(1, 1_000);
  await sql.unsafe(`
    create function take_time() returns trigger language plpgsql as $$
      begin perform pg_sleep(0.001); return old; end $$;
    create trigger slow before delete on refresh_tokens for each row execute function take_time()`);
  const expired = new ExpiredRows();
  let failed = 0;
  let more = true;
  for (let round = 0; more && round < 100; round++) {
    more = await node.app.database.direct.connection().execute(async (connection) => {
      await kyselySql`set statement_timeout = '300ms'`.execute(connection);
      return expired.deleteSome(connection).catch((error: Error) => {
        expect(error.message).toContain("statement timeout");
        failed++;
        return true;
      });
    });
  }
  await sql`drop trigger slow on refresh_tokens`;
  expect(failed).toBeGreaterThan(0);
  expect(await counted()).toEqual(before);
});

test("two nodes that clean up at once do not wait for each other", async () => {
  const before = await counted();
  await expiredSessions(2_000, 3);
  const clean = async () => {
    const expired = new ExpiredRows();
    while (await expired.deleteSome(node.app.database.direct));
  };
  await Promise.all([clean(), clean()]);
  await clean();
  expect(await counted()).toEqual(before);
});
