import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { Session, type SessionOptions } from "../../import-sqlite/postgres/session.ts";
import { fileInContainer } from "./support/containers.ts";
import { createDatabase, superuser, whileTlsIs } from "./support/databases.ts";
import { targetOf } from "./support/imports.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

let options: SessionOptions;
const opened: Session[] = [];

beforeAll(async () => {
  options = targetOf(await createDatabase("empty")).database;
});
afterEach(() => {
  for (const session of opened.splice(0)) session.close();
});

async function open(changes: Partial<SessionOptions> = {}, timeoutMs = 30_000): Promise<Session> {
  const session = await Session.open({ ...options, ...changes }, timeoutMs);
  opened.push(session);
  return session;
}

const processOf = async (session: Session) => (await session.query("select pg_backend_pid()"))[0]?.[0] ?? "";

/** Ends a session as an administrator does. */
async function terminate(process: string): Promise<void> {
  const outside = superuser();
  await outside.unsafe(`select pg_terminate_backend(${process})`);
  await outside.end();
}

/** A buffer as the encoder hands it over: rows of one text each. */
function rows(count: number, begins = true): Buffer {
  const signature = begins ? "5047434f50590aff0d0a000000000000000000" : "";
  return Buffer.from(`${signature}${`000100000064${"61".repeat(100)}`.repeat(count)}`, "hex");
}
const copyStatement = "copy texts from stdin (format binary)";

describe("statements", () => {
  test("values are the server's text, of all statements at once", async () => {
    const session = await open({ settings: { application_name: "two words, a \\ and more" } });
    const values = "9007199254740993::bigint, null, true, '2024-02-30'::text, 'infinity'::date, '{1}'::int[]";
    expect(await session.query(`select ${values}; set jit = off; select 2`)).toEqual([
      ["9007199254740993", null, "t", "2024-02-30", "infinity", "{1}"],
      ["2"],
    ]);
    expect(await session.query("show application_name")).toEqual([["two words, a \\ and more"]]);
  });

  test("after a refusal, the session goes on", async () => {
    const session = await open();
    await expect(session.query("select 1; select 1/0; select 2")).rejects.toMatchObject({
      name: "ServerRefusal",
      code: "22012",
    });
    expect(await session.query("select 3")).toEqual([["3"]]);
  });

  test("a warning is kept with the routine that gives it", async () => {
    const session = await open();
    await session.query("commit");
    expect(session.notices).toMatchObject([{ routine: "EndTransactionBlock" }]);
  });
});

describe("TLS", () => {
  test("with an authority the session is encrypted, for that authority only and under the server's name", async () => {
    const { container } = inject("backends").database;
    const certificateAuthority = await fileInContainer(container, "/tmp/data/authority.crt");
    const other = await fileInContainer(container, "/tmp/data/other.crt");
    await whileTlsIs("offered", async () => {
      const session = await open({ certificateAuthority });
      expect(await session.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()")).toEqual([
        ["t"],
      ]);
      await expect(open({ certificateAuthority: other })).rejects.toMatchObject({
        name: "SessionLost",
        message: expect.stringMatching(/signature|verif|issuer/),
      });
      await expect(open({ certificateAuthority, host: "localhost" })).rejects.toThrow(/does not match/);
    });
  });
});

describe("COPY", () => {
  test("a refused row is told with its place, and rows that are taken back leave nothing", async () => {
    const session = await open();
    await session.query("create temp table texts (a text check (a <> repeat('b', 100)))");
    const refused = session.copyIn(copyStatement);
    await refused.write(rows(2_000));
    const bad = rows(2_000, false);
    bad.fill("b", 6 * 106 + 6, 7 * 106);
    await expect(
      (async () => {
        await refused.write(bad);
        // More than fits into the buffers on the way: the answer has come before all of it is sent.
        for (let sent = 0; sent < 500; sent++) await refused.write(rows(2_000, false));
        await refused.end();
      })(),
    ).rejects.toMatchObject({ name: "ServerRefusal", code: "23514", where: "COPY texts, line 2007" });
    const cancelled = session.copyIn(copyStatement);
    await cancelled.write(rows(2_000));
    await cancelled.cancel("on second thoughts");
    expect(await session.query("select count(*) from texts")).toEqual([["0"]]);
  });
});

describe("a connection that is lost", () => {
  test("between two statements, the next one says why", async () => {
    const session = await open();
    await terminate(await processOf(session));
    await expect
      .poll(() => session.query("select 1").catch((error: Error) => `${error.name}: ${error.message}`))
      .toMatch(/^SessionLost: .*terminating connection due to administrator command/);
    expect(() => session.copyIn(copyStatement)).toThrow(/administrator command/);
  });

  test("while the server takes nothing in, the sender waits, and hears of the loss at once", async () => {
    const session = await open();
    await session.query(`
      create temp table texts (a text);
      create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return new; end $$;
      create trigger wait before insert on texts for each row execute function wait()`);
    const pid = await processOf(session);
    const copy = session.copyIn(copyStatement);
    let sent = 0;
    const writing = (async () => {
      for (const some = rows(2_000); ; sent++) await copy.write(some);
    })();
    writing.catch(() => {});
    const stands = async () => {
      const before = sent;
      await sleep(500);
      return sent > 0 && sent === before;
    };
    await expect.poll(stands).toBe(true);
    // What the kernel buffers on the way, in buffers of a fifth of a megabyte.
    expect(sent).toBeLessThan(100);
    const startedAt = performance.now();
    await terminate(pid);
    await expect(writing).rejects.toMatchObject({
      name: "SessionLost",
      message: expect.stringContaining("administrator command"),
    });
    // Long before the row that the server was at would have ended.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    await copy.cancel("it is lost");
    await expect(session.query("select 1")).rejects.toMatchObject({ name: "SessionLost" });
  });

  test("a server that is silent from the start is given up", async () => {
    const proxy = await TcpProxy.start(inject("backends").database);
    proxy.mode = "hang";
    const startedAt = performance.now();
    await expect(open({ port: proxy.port }, 500)).rejects.toMatchObject({ name: "SessionLost" });
    expect(performance.now() - startedAt).toBeGreaterThan(490);
    await proxy.end();
  });
});
