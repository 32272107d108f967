import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Connection } from "../../../app/database/connection.ts";
import { DatabaseFailure } from "../../../app/database/failures.ts";
import { ConnectionPool, type PoolOptions } from "../../../app/database/pool.ts";

/** A connection that is nothing but its state. */
class FakeConnection {
  onClose = () => {};
  usable = true;
  inTransaction = false;
  closed = false;

  close(): void {
    this.usable = false;
    this.closed = true;
  }

  /** The server ends it. */
  lose(): void {
    this.usable = false;
    this.onClose();
  }
}

let pool: ConnectionPool;
const opened: FakeConnection[] = [];

afterEach(async () => {
  for (const connection of opened.splice(0)) connection.lose();
  await pool.end();
});

function newPool(options: Partial<PoolOptions> = {}): ConnectionPool {
  pool = new ConnectionPool({
    max: 3,
    open: async () => open(),
    idleTimeoutMs: 60_000,
    maxLifetimeMs: 60_000,
    probeDelayMs: { first: 20, longest: 80 },
    maxWaiting: 5,
    onChange: () => {},
    ...options,
  });
  return pool;
}

function open(): Connection {
  const connection = new FakeConnection();
  opened.push(connection);
  return connection as unknown as Connection;
}

const fake = (connection: Connection) => connection as unknown as FakeConnection;

test("no more connections than allowed; whoever comes later waits for one that is given back", async () => {
  newPool();
  const lent = await Promise.all([pool.acquire(100), pool.acquire(100), pool.acquire(100)]);
  const fourth = pool.acquire(60_000);
  await new Promise(setImmediate);
  expect(pool.state()).toMatchObject({ open: 3, waiting: 1 });
  pool.release(lent[1] as Connection);
  expect(await fourth).toBe(lent[1]);
});

test("the connection used last is lent first", async () => {
  newPool();
  const [one, two] = await Promise.all([pool.acquire(100), pool.acquire(100)]);
  pool.release(one as Connection);
  pool.release(two as Connection);
  expect(await pool.acquire(100)).toBe(two);
});

test.each([
  ["left in a transaction", (connection: FakeConnection) => (connection.inTransaction = true)],
  ["of no more use", (connection: FakeConnection) => (connection.usable = false)],
])("one that is %s is thrown away", async (_name, spoil) => {
  newPool();
  const connection = await pool.acquire(100);
  spoil(fake(connection));
  pool.release(connection);
  expect(fake(connection).closed).toBe(true);
  expect(await pool.acquire(100)).not.toBe(connection);
});

test("one that went bad takes the idle ones with it", async () => {
  newPool();
  const [one, two] = await Promise.all([pool.acquire(100), pool.acquire(100)]);
  pool.release(one as Connection);
  fake(two as Connection).usable = false;
  pool.release(two as Connection);
  expect(fake(one as Connection).closed).toBe(true);
  expect(pool.state()).toMatchObject({ open: 0, idle: 0 });
});

test("connections that ended unnoticed take nobody's place", async () => {
  newPool();
  for (let time = 0; time < 5; time++) {
    const lent = await Promise.all([pool.acquire(100), pool.acquire(100), pool.acquire(100)]);
    for (const connection of lent) pool.release(connection);
    // As if their sockets had closed before anyone listened.
    for (const connection of lent) fake(connection).usable = false;
  }
  expect(pool.state().open).toBeLessThanOrEqual(3);
});

test("one that ended as it was made is a failed dial", async () => {
  let dials = 0;
  newPool({
    open: async () => {
      const connection = open();
      fake(connection).usable = ++dials > 2;
      return connection;
    },
  });
  expect(fake(await pool.acquire(60_000)).usable).toBe(true);
  expect(pool.state()).toMatchObject({ open: 1, failedDials: 2 });
});

test("too old and too long idle: closed", async () => {
  newPool({ maxLifetimeMs: 30 });
  const connection = await pool.acquire(100);
  await sleep(40);
  pool.release(connection);
  expect(fake(connection).closed).toBe(true);
});

test("while dials fail there is one at a time, with growing pauses, and callers wait until one succeeds", async () => {
  let atOnce = 0;
  let most = 0;
  let works = false;
  const changes: boolean[] = [];
  const dialledAt: number[] = [];
  newPool({
    max: 10,
    maxWaiting: 100,
    onChange: (failure) => changes.push(failure !== undefined),
    open: async () => {
      dialledAt.push(performance.now());
      most = Math.max(most, ++atOnce);
      await sleep(5);
      atOnce--;
      if (!works) throw new Error("nobody there");
      return open();
    },
  });
  await expect(pool.acquire(60)).rejects.toThrow("No database connection within 60 ms");
  most = 0;
  const callers = Array.from({ length: 30 }, () => pool.acquire(60_000));
  await expect.poll(() => dialledAt.length).toBeGreaterThan(9);
  expect(most).toBe(1);
  // From the third failure on, the pause is the longest or the half of it.
  const gapsMs = dialledAt.slice(1).map((at, index) => at - (dialledAt[index] as number));
  for (const gapMs of gapsMs.slice(3)) expect(gapMs).toBeGreaterThan(39);
  expect(pool.state()).toMatchObject({ failing: true, waiting: 30, open: 0 });

  works = true;
  for (let given = 0; given < 30; given++) pool.release(await Promise.race(callers.splice(0, 1)));
  expect(pool.state()).toMatchObject({ failing: false, waiting: 0 });
  expect(pool.state().open).toBeLessThanOrEqual(10);
  expect(changes).toEqual([true, false]);
});

test("whoever waited in vain is told that nothing was done, and why", async () => {
  newPool({ open: async () => Promise.reject(new Error("refused")) });
  const failure = await pool.acquire(50).catch((error) => error);
  expect(failure).toBeInstanceOf(DatabaseFailure);
  expect(failure).toMatchObject({ outcome: "not-done", cause: { message: "refused" } });
});

test("one caller too many is refused at once", async () => {
  newPool({ open: () => new Promise(() => {}) });
  const waiting = Array.from({ length: 5 }, () => pool.acquire(50).catch(() => "gave up"));
  await expect(pool.acquire(50)).rejects.toThrow("5 callers wait for a database connection already.");
  expect(await Promise.all(waiting)).toEqual(Array(5).fill("gave up"));
});

test("the end waits for what is lent, and refuses whoever comes", async () => {
  newPool();
  const connection = await pool.acquire(100);
  let ended = false;
  const ending = pool.end().then(() => {
    ended = true;
  });
  await new Promise(setImmediate);
  expect(ended).toBe(false);
  await expect(pool.acquire(100)).rejects.toThrow("has ended");
  pool.release(connection);
  await ending;
  expect(fake(connection).closed).toBe(true);
});
