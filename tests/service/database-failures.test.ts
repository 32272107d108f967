import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { budgetMs, DatabaseAccess } from "../../app/database/access.ts";
import { withinMs } from "../../app/database/deadline.ts";
import { DatabaseFailure } from "../../app/database/failures.ts";
import { applicationLogin, createDatabase, superuser } from "./support/databases.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

let databaseName: string;
let outside: postgres.Sql;
let proxy: TcpProxy;
let access: DatabaseAccess;
let retries: number;

beforeAll(async () => {
  databaseName = await createDatabase("migrated");
  outside = superuser(databaseName);
  await outside`create table notes (id uuid primary key, text text not null)`;
  await outside`grant all on notes to capstone`;
});

afterAll(() => outside.end());

beforeEach(async () => {
  const login = applicationLogin(inject("backends"), databaseName);
  proxy = await TcpProxy.start(login);
  retries = 0;
  const listener = { onFailing: () => {}, onRetry: () => void retries++ };
  access = new DatabaseAccess({ ...login, port: proxy.port }, "test", listener);
});

afterEach(async () => {
  await access.end();
  await proxy.end();
});

const insert = (id: string, text = "") =>
  sql`insert into notes values (${id}, ${text}) on conflict (id) do update set text = excluded.text`;
const countOf = async (id: string) => (await outside`select from notes where id = ${id}`).length;

/** Of this file's sessions alone: other files use the same server at the same time. */
const own = "application_name = 'capstone test' and datname = current_database()";

async function countSessions(condition: string): Promise<number> {
  return (await outside.unsafe(`select from pg_stat_activity where ${own} and ${condition}`)).length;
}

/** Ends the sessions that are in this state, from outside. @returns How many. */
async function terminate(condition: string): Promise<number> {
  const rows = await outside.unsafe(
    `select pg_terminate_backend(pid) from pg_stat_activity where ${own} and ${condition}`,
  );
  return rows.length;
}

const atTheGate = "wait_event = 'advisory'";
const gate = 0x67617465;

/**
 * Callers that are all in the middle of a statement, however long it takes them to get there: each waits at a gate.
 * @param whileClosed Done once all are there; then the gate opens.
 * @returns Their answers: their numbers.
 */
async function atTheSameTime(
  callers: number,
  whileClosed: () => Promise<void>,
): Promise<(number | undefined)[]> {
  const keeper = await outside.reserve();
  await keeper`select pg_advisory_lock(${gate})`;
  const answers = Promise.all(
    Array.from({ length: callers }, (_, number) =>
      access.write((database) =>
        sql<{
          number: number;
        }>`select ${number}::int as number from pg_advisory_xact_lock_shared(${gate})`.execute(database),
      ),
    ),
  );
  try {
    await expect.poll(() => countSessions(atTheGate)).toBe(callers);
    await whileClosed();
  } finally {
    await keeper`select pg_advisory_unlock(${gate})`;
    keeper.release();
  }
  return (await answers).map(({ rows }) => rows[0]?.number);
}

test("ten sessions killed in the middle of a statement: every caller gets its answer", async () => {
  const answers = await atTheSameTime(10, async () => {
    expect(await terminate(atTheGate)).toBe(10);
  });
  expect(answers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(retries).toBe(10);
});

test("killed between two statements of a transaction: it happens again, and once", async () => {
  const id = randomUUID();
  let attempts = 0;
  await access.transaction(async (transaction) => {
    attempts++;
    // Else the server itself ends the session when whoever kills it takes long.
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(transaction);
    await insert(id, `attempt ${attempts}`).execute(transaction);
    if (attempts === 1) expect(await terminate("state = 'idle in transaction'")).toBe(1);
    await sql`select 1`.execute(transaction);
  });
  expect(attempts).toBe(2);
  const [note] = await outside`select text from notes where id = ${id}`;
  expect(note?.text).toBe("attempt 2");
});

test("without a retry a lost transaction is known not to have happened, a lost single write is not", async () => {
  const transaction = access.direct.transaction().execute(async (inside) => {
    await insert(randomUUID()).execute(inside);
    proxy.cut();
    await sql`select 1`.execute(inside);
  });
  await expect(transaction).rejects.toMatchObject({ name: "DatabaseFailure", outcome: "not-done" });

  const single = sql`select pg_sleep(60)`.execute(access.direct);
  const failure = expect(single).rejects.toMatchObject({ name: "DatabaseFailure", outcome: "unknown" });
  await expect.poll(() => countSessions("wait_event = 'PgSleep'")).toBe(1);
  proxy.cut();
  await failure;
});

test("a proxy that accepts and closes: callers wait, one probe at a time, and none fails", async () => {
  await access.read((database) => sql`select 1`.execute(database));
  proxy.mode = "refuse";
  proxy.cut();
  await expect.poll(() => access.state().open).toBe(0);
  const before = proxy.accepted;
  const refusedAt = performance.now();
  const callers = Array.from({ length: 40 }, () =>
    access.read((database) => sql`select 1`.execute(database)),
  );
  await expect.poll(() => proxy.accepted - before).toBeGreaterThanOrEqual(10);
  // Of ten probes at once none would have paused; one after the other they pause 25, 50 and then 100 ms at least.
  const probes = proxy.accepted - before;
  expect(performance.now() - refusedAt).toBeGreaterThan(75 + (probes - 3) * 100 - 50);
  expect(access.state()).toMatchObject({ failing: true, open: 0, waiting: 40 });

  const failedDials = access.state().failedDials;
  proxy.mode = "forward";
  await Promise.all(callers);
  // The next probe got through, but for one that may have been under way; and it let the others in.
  expect(access.state().failedDials).toBeLessThanOrEqual(failedDials + 1);
  expect(proxy.mostOpen).toBeLessThanOrEqual(10);
});

test("sessions that were idle when the server went cost no caller an attempt", async () => {
  await atTheSameTime(10, async () => {});
  expect(access.state()).toMatchObject({ open: 10, idle: 10 });
  expect(await terminate("state = 'idle'")).toBe(10);
  await expect.poll(() => access.state().open).toBe(0);
  await access.read((database) => sql`select 1`.execute(database));
  expect(retries).toBe(0);
});

test.each([
  ["read", (id: string) => access.read((database) => sql`select ${id}`.execute(database))],
  ["write", (id: string) => access.write((database) => insert(id).execute(database))],
  ["transaction", (id: string) => access.transaction((transaction) => insert(id).execute(transaction))],
])(
  "a %s on a connection that hangs is done on another one, long before its budget ends",
  async (_name, work) => {
    await access.read((database) => sql`select 1`.execute(database));
    proxy.mode = "hang";
    const startedAt = performance.now();
    const answer = work(randomUUID());
    await expect.poll(() => proxy.swallowedBytes).toBeGreaterThan(0);
    // What was carried in the hang is lost; what comes now is carried.
    proxy.mode = "forward";
    await answer;
    expect(performance.now() - startedAt).toBeLessThan(budgetMs / 2);
    expect(retries).toBe(1);
  },
);

test("what the server still works on is not given up, however long it is silent", async () => {
  const { rows } = await access.write((database) =>
    sql<{ done: boolean }>`select true as done from pg_sleep(6)`.execute(database),
  );
  expect([rows[0]?.done, retries]).toEqual([true, 0]);
});

test("when the time is over the caller is told whether it may have happened", async () => {
  proxy.mode = "refuse";
  const unsent = withinMs(500, () => access.write((database) => insert(randomUUID()).execute(database)));
  await expect(unsent).rejects.toMatchObject({ name: "DatabaseFailure", outcome: "not-done" });

  proxy.mode = "forward";
  await access.read((database) => sql`select 1`.execute(database));
  proxy.mode = "hang";
  const lost = withinMs(500, () => access.write((database) => insert(randomUUID()).execute(database)));
  await expect(lost).rejects.toMatchObject({ name: "DatabaseFailure", outcome: "unknown" });
  const lostRead = withinMs(500, () => access.read((database) => sql`select 1`.execute(database)));
  await expect(lostRead).rejects.toMatchObject({ name: "DatabaseFailure", outcome: "not-done" });
});

test("a transaction that someone left open does not reach the next caller", async () => {
  const [{ pid: first } = { pid: 0 }] = (
    await access.direct.connection().execute(async (session) => {
      await sql`begin`.execute(session);
      return sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(session);
    })
  ).rows;
  const { rows } = await sql<{ pid: number; at: unknown }>`select pg_backend_pid() as pid`.execute(
    access.direct,
  );
  expect(rows[0]?.pid).not.toBe(first);
  await expect.poll(() => countSessions("state = 'idle in transaction'")).toBe(0);
});

test("a primary that became read-only is left, and the write is held until it is none any more", async () => {
  const id = randomUUID();
  await access.read((database) => sql`select 1`.execute(database));
  await outside.unsafe(
    `alter role capstone in database ${databaseName} set default_transaction_read_only = on`,
  );
  await terminate("true");
  const write = access.write((database) => insert(id).execute(database));
  await expect.poll(() => retries).toBeGreaterThan(1);
  expect(await countOf(id)).toBe(0);
  await outside.unsafe(`alter role capstone in database ${databaseName} reset default_transaction_read_only`);
  await write;
  expect(await countOf(id)).toBe(1);
});

test("a server that comes to refuse writes, as on a full disk, keeps its connections", async () => {
  // A reload of the server's settings reaches a session in the same way; here it is one session's, since other files use
  // the same server.
  const refuse = (value: "on" | "off") =>
    sql`select set_config('default_transaction_read_only', ${value}, false)`.execute(access.direct);
  await refuse("on");
  const { dials } = access.state();
  const id = randomUUID();
  const refused = access.transaction((transaction) => insert(id).execute(transaction));
  await expect(refused).rejects.toMatchObject({ name: "DatabaseFailure", outcome: "not-done" });
  expect(retries).toBeGreaterThan(5);
  await access.read((database) => sql`select 1`.execute(database));
  expect(access.state().dials).toBe(dials);
  await refuse("off");
  await access.transaction((transaction) => insert(id).execute(transaction));
  expect(await countOf(id)).toBe(1);
  expect(access.state().dials).toBe(dials);
});

test("what the server refuses is not tried again", async () => {
  await expect(access.write((database) => sql`select 1 / 0`.execute(database))).rejects.toMatchObject({
    code: "22012",
  });
  const id = randomUUID();
  await insert(id).execute(access.direct);
  const twice = access.write((database) => sql`insert into notes values (${id}, '')`.execute(database));
  await expect(twice).rejects.toMatchObject({ code: "23505", constraint_name: "notes_pkey" });
  expect(retries).toBe(0);
});

/** A commit that waits for a standby that is not there, until it is done without. */
async function withMissingStandby(work: () => Promise<void>): Promise<void> {
  await outside.unsafe(`alter role capstone in database ${databaseName} set synchronous_commit = on`);
  try {
    await work();
  } finally {
    await outside.unsafe(`alter role capstone in database ${databaseName} reset synchronous_commit`);
  }
}

const waitsForStandby = "wait_event = 'SyncRep'";

test("killed while the commit waits for its standby: done once, and acknowledged only when a standby has it", async () => {
  const id = randomUUID();
  let acknowledged = false;
  await withMissingStandby(async () => {
    const write = access
      .transaction((transaction) => insert(id).execute(transaction))
      .then(() => {
        acknowledged = true;
      });
    await expect.poll(() => terminate(waitsForStandby)).toBe(1);
    // The row is there, on this node alone: the second attempt finds it and waits again.
    await expect.poll(() => countOf(id)).toBe(1);
    await expect.poll(() => countSessions(waitsForStandby)).toBe(1);
    expect(acknowledged).toBe(false);
    expect(retries).toBe(1);
    await outside.unsafe(`alter role capstone in database ${databaseName} reset synchronous_commit`);
    await expect.poll(() => terminate(waitsForStandby)).toBe(1);
    await write;
  });
  expect(await countOf(id)).toBe(1);
});

test("cancelled while the commit waits for its standby: the success with a warning is no acknowledgement", async () => {
  await withMissingStandby(async () => {
    for (const write of [
      () => access.direct.transaction().execute((transaction) => insert(randomUUID()).execute(transaction)),
      () => insert(randomUUID()).execute(access.direct),
    ]) {
      const answer = expect(write()).rejects.toSatisfy(
        (error) => error instanceof DatabaseFailure && error.outcome === "unknown",
      );
      const cancel = () =>
        outside.unsafe(
          `select pg_cancel_backend(pid) from pg_stat_activity where ${own} and ${waitsForStandby}`,
        );
      await expect.poll(async () => (await cancel()).length).toBe(1);
      await answer;
    }
  });
});
