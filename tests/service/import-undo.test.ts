import { mkdirSync, writeFileSync } from "node:fs";
import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { rehearse } from "../../import-sqlite/plan/rehearse.ts";
import { Session } from "../../import-sqlite/postgres/session.ts";
import { undoImport } from "../../import-sqlite/undo.ts";
import { png } from "../unit/app/images.ts";
import { createDatabase, superuser } from "./support/databases.ts";
import { importFile, makeFile, scratchFolder, targetOf } from "./support/imports.ts";
import { removeObject, storedObject } from "./support/objects.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

const files = scratchFolder();
const uploads = files.path("uploads");
let databaseName: string;
let sql: Sql;

beforeAll(async () => {
  databaseName = await createDatabase("migrated");
  sql = superuser(databaseName);
  mkdirSync(uploads);
  writeFileSync(`${uploads}/face.png`, png(7, 7, [], 3));
});
afterAll(async () => {
  await sql.end();
  files.remove();
});

const hash =
  "pbkdf2:sha512:1000$uCf8aOebFfAqw2Eu$e4c7e95a28c5a3c672821cd43f62cd9ac688ebbec97fc3ebcb6af234ee0f7097088763ac0a157c44630948aefadff71fac8fdcfb1a3c76890d5fe129b403c3c4";
const blog = (handle: string) => `
  create table users (id integer primary key, username text, password text, avatar text, created_at datetime);
  create table posts (id integer primary key, user_id integer references users(id), body text, created_at datetime);
  create view authors as select username from users;
  insert into users values (1, '${handle}', '${hash}', 'face.png', '2020-01-01 00:00:00');
  insert into posts values (1, 1, 'old', '1969-07-20 20:17:40'), (2, 1, 'new', '2020-01-02 00:00:00');`;
const undo = async (schema: string, dryRun = false) => {
  const said: string[] = [];
  const target = targetOf(databaseName);
  const result = await undoImport({ schema, dryRun, target, say: (lines) => said.push(lines) });
  return { ...result, said: said.join("\n") };
};
const count = async (from: string) =>
  (await sql.unsafe(`select count(*)::int from ${from}`))[0]?.count as number;
const keysOf = async (schema: string) =>
  (
    await sql.unsafe(
      `select object_key as key from ${schema}.capstone_images union select avatar_key from accounts where id in (select account_id from ${schema}.capstone_accounts)`,
    )
  ).map(({ key }) => key as string);

describe("taking an import back", () => {
  test("takes exactly what it made, having said so, and the file can be imported again", async () => {
    await sql`insert into accounts (id, handle, email, password_hash) values (gen_random_uuid(), 'stays', 's@example.org', '!')`;
    const file = makeFile(files.path("undone.sqlite"), blog("undone_one"));
    await importFile(databaseName, file, { uploads });
    expect(await sql`select body from posts where extract(year from created_at) = 1969`).toHaveLength(1);
    await sql`insert into posts (id, account_id, body) select gen_random_uuid(), id, 'since' from accounts where handle = 'undone_one'`;
    await sql`create table undone.mine (a int)`;
    const keys = await keysOf("undone");
    expect(keys).toHaveLength(2);

    const dry = await undo("undone", true);
    for (const sentence of [
      "1 accounts, and 2 posts",
      "2 images",
      "1 posts that these accounts wrote since",
      "did not make it: mine",
    ])
      expect(dry.said).toContain(sentence);
    expect(await count("undone.users")).toBe(1);

    expect((await undo("undone")).sentence).toMatch(/^Took back the import into the schema undone: /);
    expect(await sql`select 1 from pg_namespace where nspname = 'undone'`).toHaveLength(0);
    expect(await sql`select handle from accounts`).toEqual([{ handle: "stays" }]);
    expect(await count("posts")).toBe(0);
    for (const key of keys) await expect(storedObject(key)).rejects.toThrow(/key/i);

    expect((await importFile(databaseName, file, { uploads })).outcome).toBe("imported");
    expect(await sql`select handle from accounts order by 1`).toEqual([
      { handle: "stays" },
      { handle: "undone_one" },
    ]);
  });

  test("what is no import is named, with those that there are", async () => {
    await expect(undo("nothing")).rejects.toThrow(
      /^There is no import into a schema nothing to take back; there are undone\. Nothing was changed\.$/,
    );
    await expect(undo("public")).rejects.toThrow("that schema is none of an import's");
  });

  test("another content says how to take the first back; a schema dropped by hand is told", async () => {
    const file = makeFile(files.path("changed.sqlite"), blog("changed_one"));
    await importFile(databaseName, file);
    makeFile(file, "insert into posts values (3, 1, 'newest', '2021-01-01 00:00:00')");
    await expect(importFile(databaseName, file)).rejects.toThrow("npm run import:sqlite -- --undo changed");
    await sql`drop schema changed cascade`;
    await expect(importFile(databaseName, file)).rejects.toThrow(
      /^The service still has accounts of an earlier import into the schema changed, which is gone\./,
    );
  });
});

describe("the images of an import", () => {
  test("stay when nobody knows whether it was committed, and the next run finds out", async () => {
    const proxy = await TcpProxy.start(inject("backends").database);
    const file = makeFile(files.path("unknown.sqlite"), blog("unknown_one"));
    proxy.refuseAfter("Q\0\0\0\u000bcommit\0");
    await expect(
      importFile(databaseName, file, { uploads, target: targetOf(databaseName, proxy.port) }),
    ).rejects.toThrow(/it may be done or not: its images are kept\. Run the same import again/);
    await proxy.end();
    const keys = await keysOf("unknown");
    for (const key of keys) await storedObject(key);
    expect((await importFile(databaseName, file, { uploads })).outcome).toBe("unchanged");
  }, 240_000);

  test("that are missing are put back by the next run", async () => {
    const file = files.path("unknown.sqlite");
    const keys = await keysOf("unknown");
    expect(keys).toHaveLength(2);
    for (const key of keys) await removeObject(key);
    const { outcome, said } = await importFile(databaseName, file, { uploads });
    expect(outcome).toBe("unchanged");
    expect(said).toContain("2 images of this import were missing in the object store, and were put back");
    for (const key of keys) await storedObject(key);
  });
});

describe("a file with many tables", () => {
  const tables = (number: number) =>
    Array.from(
      { length: number },
      (_, n) =>
        `create table t${n} (id integer primary key, v text unique, w integer references t${n && n - 1}(id)); insert into t${n} values (1, 'x', 1);`,
    ).join("\n");

  test("is rehearsed in portions, and keeps all its keys and views", async () => {
    const file = makeFile(
      files.path("many.sqlite"),
      `begin; ${tables(40)} create view v as select v from t7; commit;`,
    );
    const { plan } = await importFile(databaseName, file, { dryRun: true });
    if (!plan) throw new Error("A dry run makes a plan.");
    const session = await Session.open(targetOf(databaseName).database, 30_000);
    await rehearse(session, plan, 150);
    session.close();
    const { keys, foreignKeys, views, remarks } = plan;
    expect([keys.length, foreignKeys.length, views.length]).toEqual([80, 40, 1]);
    expect(remarks).toEqual([]);
  });

  test("that one transaction cannot lock is refused beforehand, with the figures", async () => {
    const file = makeFile(files.path("too_many.sqlite"), `begin; ${tables(2_500)} commit;`);
    await expect(importFile(databaseName, file)).rejects.toThrow(
      /^One transaction with 2,500 tables and their indexes takes some 15,050 locks; the server has 10,240 for it\. Set max_locks_per_transaction to 95 \(now 64\)/,
    );
  }, 240_000);
});
