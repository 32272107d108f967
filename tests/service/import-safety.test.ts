import { chmodSync, copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { DatabaseSync } from "node:sqlite";
import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { ImportRequest } from "../../import-sqlite/run.ts";
import { createDatabase, superuser } from "./support/databases.ts";
import { importFile, makeFile, scratchFolder, targetOf } from "./support/imports.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

const files = scratchFolder();
let databaseName: string;
let sql: Sql;
/** Files that another program has open. */
const held: DatabaseSync[] = [];
/** A table that takes some seconds to copy. */
let large: string;

beforeAll(async () => {
  databaseName = await createDatabase("migrated");
  sql = superuser(databaseName);
  large = makeFile(
    files.path("large.sqlite"),
    `create table numbers (n integer primary key, t text);
     with recursive r(n) as (select 1 union all select n + 1 from r where n < 400000)
     insert into numbers select n, 'a text of some length for row ' || n from r;
     create table small (a);
     insert into small values (1);`,
  );
});
afterAll(async () => {
  for (const holder of held) holder.close();
  await sql.end();
  files.remove();
});

const schemas = async () =>
  (
    await sql`select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('public', 'information_schema') order by 1`
  ).map(({ nspname }) => nspname as string);
const accounts = async () => (await sql`select count(*)::int from accounts`)[0]?.count as number;

const one = "create table t (id integer primary key, v text); insert into t values (1, 'x'), (2, 'y');";
const bytesOf = (name: string, bytes: Buffer) => {
  writeFileSync(files.path(name), bytes);
  return files.path(name);
};

/** What each bad input is answered with, whole or in its telling part. */
const badInputs: [
  string,
  () => Promise<[string, Partial<ImportRequest>?]> | [string, Partial<ImportRequest>?],
  string | RegExp,
][] = [
  [
    "no such file",
    () => [files.path("nowhere.sqlite")],
    /^There is no file .*nowhere\.sqlite; FILE is the path/,
  ],
  ["a folder", () => [files.path(".")], / is no file; FILE is the path of an SQLite database\.$/],
  [
    "an empty file",
    () => [bytesOf("empty.sqlite", Buffer.alloc(0))],
    /is empty: there is nothing to import\.$/,
  ],
  [
    "another kind of file, or an encrypted one",
    () => [bytesOf("secret.sqlite", Buffer.alloc(8192, 0x5a))],
    /another kind of file, or it is encrypted/,
  ],
  [
    "a damaged file",
    () => {
      const file = makeFile(
        files.path("damaged.sqlite"),
        `create table d (a text); ${"insert into d values (hex(zeroblob(2000)));".repeat(40)}`,
      );
      const bytes = readFileSync(file);
      bytes.fill(0xee, 3 * 4096, 9 * 4096);
      return [bytesOf("damaged.sqlite", bytes)];
    },
    /damaged\.sqlite is damaged \(.*\); nothing was imported\. .*\.recover/,
  ],
  [
    "a file that was cut off",
    () => {
      const file = makeFile(
        files.path("cut.sqlite"),
        `create table d (a text); ${"insert into d values (hex(zeroblob(2000)));".repeat(40)}`,
      );
      truncateSync(file, 10 * 4096);
      return [file];
    },
    /cut\.sqlite is damaged/,
  ],
  [
    "a file that another program keeps locked",
    () => {
      const file = makeFile(files.path("locked.sqlite"), one);
      const holder = new DatabaseSync(file);
      holder.exec("begin exclusive");
      held.push(holder);
      return [file];
    },
    /has been locked by another program for 5 s/,
  ],
  [
    "a mapping with an unknown table",
    () => [makeFile(files.path("m1.sqlite"), one), { mapping: { users: { table: "people", handle: "x" } } }],
    'The mapping names the table "people", which the file does not have; it has t.',
  ],
  [
    "a mapping with an unknown column",
    () => [makeFile(files.path("m2.sqlite"), one), { mapping: { tables: { t: { columns: { w: {} } } } } }],
    'The mapping names the column "w" of the table t, which the file does not have; it has id, v.',
  ],
  [
    "uploads that are no folder",
    () => [makeFile(files.path("u.sqlite"), one), { uploads: files.path("u.sqlite") }],
    /^--uploads .*u\.sqlite is not a folder/,
  ],
  [
    "a schema that is someone else's",
    async () => {
      await sql`create schema if not exists somebody`;
      return [makeFile(files.path("somebody.sqlite"), one)];
    },
    'The database has a schema somebody that is none of an import\'s; name another as "schema" in a mapping file.',
  ],
  [
    "a table with a name of the import's own",
    () => [makeFile(files.path("own.sqlite"), "create table capstone_import (a)")],
    /^The file has a table capstone_import, which the import makes itself/,
  ],
  [
    "more columns than Postgres has",
    () => [
      makeFile(
        files.path("wide.sqlite"),
        `create table wide (${Array.from({ length: 1700 }, (_, index) => `c${index}`).join(", ")})`,
      ),
    ],
    "The table wide has 1700 columns; Postgres allows 1600. Leave some out with a mapping file.",
  ],
  [
    "a value that a mapping's type does not take",
    () => [
      makeFile(files.path("unfit.sqlite"), one),
      { mapping: { tables: { t: { columns: { v: { type: "bigint" } } } } } },
    ],
    'Table t, row 1, column v: "x" is no bigint. Nothing was imported.',
  ],
  [
    "JSON that Postgres does not take",
    () => [
      makeFile(files.path("json.sqlite"), one),
      { mapping: { tables: { t: { columns: { v: { type: "json" } } } } } },
    ],
    /^Table t, row 1, column v: invalid input syntax for type json .*Nothing was imported\.$/,
  ],
  [
    "a wrong password for the database",
    () => {
      const target = targetOf(databaseName);
      return [
        makeFile(files.path("pw.sqlite"), one),
        { target: { ...target, database: { ...target.database, password: "wrong" } } },
      ];
    },
    /^The database at 127\.0\.0\.1:\d+ refuses capstone_owner: password authentication failed/,
  ],
];

test.each(badInputs)(
  "%s is answered with a sentence, and leaves nothing behind",
  async (_name, input, sentence) => {
    const [file, options = {}] = await input();
    const before = [await schemas(), await accounts()];
    await expect(importFile(databaseName, file, options)).rejects.toMatchObject({
      name: "PersonError",
      message: typeof sentence === "string" ? sentence : expect.stringMatching(sentence),
    });
    expect([await schemas(), await accounts()]).toEqual(before);
  },
);

test("a dry run says all and writes nothing", async () => {
  const before = await schemas();
  const { said, sentence } = await importFile(databaseName, makeFile(files.path("dry.sqlite"), one), {
    dryRun: true,
  });
  expect(said).toContain("goes to the schema dry:\n  t: 2 rows, 1 bigint, 1 text");
  expect(said).toContain("Nothing is known that would not be carried over exactly");
  expect(sentence).toBe("Nothing was written: this was a dry run.");
  expect(await schemas()).toEqual(before);
});

describe("run again", () => {
  test("it changes nothing and says so, for the same file and for the same contents in other bytes", async () => {
    const file = makeFile(files.path("again.sqlite"), one);
    expect((await importFile(databaseName, file)).outcome).toBe("imported");
    await sql`insert into again.t (v) values ('made since')`;
    expect((await importFile(databaseName, file)).sentence).toMatch(
      /^Nothing changes: this was imported into the schema again at /,
    );
    makeFile(file, "create table other (a); drop table other; vacuum;");
    expect((await importFile(databaseName, file)).outcome).toBe("unchanged");
    makeFile(file, "insert into t values (3, 'z')");
    await expect(importFile(databaseName, file)).rejects.toThrow(
      /^The schema again holds an import of .* with other contents/,
    );
    expect(await sql`select count(*)::int from again.t`).toEqual([{ count: 3 }]);
  });
});

describe("a file that others write to", () => {
  test.each(["wal", "delete"])("is read as it was at one moment, journal mode %s", async (mode) => {
    const file = files.path(`busy_${mode}.sqlite`);
    copyFileSync(large, file);
    const writer = new DatabaseSync(file, { timeout: 0 });
    writer.exec(`pragma journal_mode = ${mode}`);
    let written = 0;
    const timer = setInterval(() => {
      try {
        writer.exec(
          "insert into numbers (t) values ('meanwhile'); delete from numbers where n < 10; update small set a = a + 1",
        );
        written++;
      } catch {
        // With a rollback journal, a writer waits until the import has read its fill.
      }
    }, 5);
    const { sentence } = await importFile(databaseName, file);
    clearInterval(timer);
    writer.close();
    expect(sentence).toMatch(/^Imported 2 tables/);
    const schema = `busy_${mode}`;
    const [row] = await sql.unsafe(
      `select count(*)::int, count(*) filter (where t = 'meanwhile')::int as new, (select a::int from ${schema}.small) as a from ${schema}.numbers`,
    );
    if (mode === "wal") expect(written).toBeGreaterThan(0);
    // Each of the writer's steps adds one row; the first of them takes nine away.
    const steps = Number(row?.a) - 1;
    expect(row?.new).toBe(steps);
    expect(row?.count).toBe(400_000 + steps - (steps > 0 ? 9 : 0));
  });

  test("is read on a medium that cannot be written", async () => {
    const folder = files.path("read-only");
    mkdirSync(folder);
    const file = makeFile(`${folder}/still.sqlite`, `${one} pragma journal_mode = wal;`);
    chmodSync(folder, 0o500);
    expect((await importFile(databaseName, file)).outcome).toBe("imported");
    chmodSync(folder, 0o700);
  });
});

describe("a database that fails over", () => {
  test("cut off in the middle of a table, it begins again and comes through once", async () => {
    const { host, port } = inject("backends").database;
    const proxy = await TcpProxy.start({ host, port });
    const file = makeFile(
      files.path("cut_twice.sqlite"),
      `create table numbers (n integer primary key, t text);
       with recursive r(n) as (select 1 union all select n + 1 from r where n < 60000)
       insert into numbers select n, 'a text of some length for row ' || n from r`,
    );
    // Of more than three megabytes that the rows are.
    let cut = proxy.refuseAfterBytes(1_000_000);
    const importing = importFile(databaseName, file, { target: targetOf(databaseName, proxy.port) });
    for (const cuts of [1, 2]) {
      await cut;
      const { accepted } = proxy;
      await expect.poll(() => proxy.accepted - accepted).toBeGreaterThan(1);
      expect(await schemas()).not.toContain("cut_twice");
      if (cuts === 1) cut = proxy.refuseAfterBytes(1_000_000);
      proxy.mode = "forward";
    }
    const { attempts, said } = await importing;
    await proxy.end();
    expect(attempts).toBe(3);
    expect(said).toContain("nothing is left of it. Beginning again, attempt 3 of 5.");
    expect(
      await sql`select count(*)::int, count(distinct n)::int as different from cut_twice.numbers`,
    ).toEqual([{ count: 60_000, different: 60_000 }]);
  });

  test("with the answer to its commit lost, it finds out that it is done", async () => {
    const { host, port } = inject("backends").database;
    let commits = 0;
    const server = createServer((client) => {
      const upstream = connect({ host, port });
      client.on("data", (chunk) => {
        upstream.write(chunk);
        if (chunk.includes("Q\0\0\0\u000bcommit\0") && commits++ === 0) {
          // The server commits; nobody hears of it.
          upstream.removeAllListeners("data").once("data", () => client.destroy());
        }
      });
      upstream.on("data", (chunk) => client.write(chunk));
      for (const socket of [client, upstream]) socket.on("error", () => {});
      client.on("close", () => upstream.destroy());
      upstream.on("close", () => client.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port: proxied } = server.address() as AddressInfo;
    const result = await importFile(databaseName, makeFile(files.path("lost_answer.sqlite"), one), {
      target: targetOf(databaseName, proxied),
    });
    server.close();
    expect(result).toMatchObject({ outcome: "imported", attempts: 2 });
    expect(commits).toBe(1);
    expect(await sql`select count(*)::int from lost_answer.t`).toEqual([{ count: 2 }]);
  });
});

describe("the comparison", () => {
  test("a value that changes on its way is found, and nothing is kept", async () => {
    // Someone's trigger changes one row of each table named so.
    await sql.unsafe(`
      create function spoil_row() returns trigger language plpgsql as $$ begin if new.v = 'y' then new.v := 'Y'; end if; return new; end $$;
      create function spoil_table() returns event_trigger language plpgsql security definer as $$
      declare made record;
      begin
        for made in select * from pg_event_trigger_ddl_commands() where object_identity like 'spoilt.t' loop
          execute format('create trigger spoil before insert on %s for each row execute function public.spoil_row()', made.object_identity);
        end loop;
      end $$;
      create event trigger spoil on ddl_command_end when tag in ('CREATE TABLE') execute function spoil_table()`);
    const file = makeFile(files.path("spoilt.sqlite"), one);
    await expect(importFile(databaseName, file)).rejects.toThrow(
      /^Table t has another content in Postgres than in the file: the checksums are -?\d+ and -?\d+\. Nothing was imported\.$/,
    );
    expect(await schemas()).not.toContain("spoilt");
    await sql.unsafe("drop event trigger spoil");
    expect((await importFile(databaseName, file)).outcome).toBe("imported");
  });
});

test("two imports at once: one after the other, or with a sentence", async () => {
  const [a, b] = ["side_a.sqlite", "side_b.sqlite"].map((name) => makeFile(files.path(name), one));
  const results = await Promise.all([importFile(databaseName, a ?? ""), importFile(databaseName, b ?? "")]);
  expect(results.map(({ outcome }) => outcome)).toEqual(["imported", "imported"]);
});
