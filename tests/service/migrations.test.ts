import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type postgres from "postgres";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { MigrationError, migrate } from "../../migrations/migrate.ts";
import {
  applicationLogin,
  connectAs,
  createDatabase,
  migrationsFolder,
  ownerLogin,
  superuser,
} from "./support/databases.ts";
import { Program } from "./support/processes.ts";
import { tablesInTypes } from "./support/table-types.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const released = readdirSync(migrationsFolder)
  .filter((file) => /^\d{4}_/.test(file))
  .map((file) => file.replace(/\.ts$/, ""));

let databaseName: string;
let outside: postgres.Sql;
let folder: string;

beforeEach(async () => {
  databaseName = await createDatabase("empty");
  outside = superuser(databaseName);
  // A folder of its own, inside the project so that its files find the packages.
  folder = mkdtempSync(join(root, "tests", ".migrations-"));
  for (const name of released)
    copyFileSync(new URL(`${name}.ts`, migrationsFolder), join(folder, `${name}.ts`));
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await outside.end();
});

const add = (name: string, up: string) =>
  writeFileSync(
    join(folder, `${name}.ts`),
    `import { sql } from "kysely";\nexport async function up(database) {\n${up}\n}\n`,
  );

function run(
  changes: { login?: string; password?: string; budgetMs?: number; log?: (line: string) => void } = {},
) {
  const backends = inject("backends");
  return migrate({
    database: ownerLogin(backends, databaseName),
    applicationPassword: changes.password ?? backends.database.applicationPassword,
    ...(changes.login ? { applicationLogin: changes.login } : {}),
    folder: pathToFileURL(`${folder}/`),
    budgetMs: changes.budgetMs ?? 20_000,
    log: changes.log ?? (() => {}),
  });
}

const tableNames = async () =>
  (
    await outside`select table_name as name from information_schema.tables where table_schema = 'public' order by 1`
  ).map(({ name }) => name);

test("an empty database gets everything; again, nothing happens", async () => {
  expect(await run()).toEqual({ newest: released.at(-1), applied: released });
  const before = await tableNames();
  expect(await run()).toEqual({ newest: released.at(-1), applied: [] });
  expect(await tableNames()).toEqual(before);
});

test("the tables are what the service's types say, column by column", async () => {
  await run();
  const columns = await outside`
    select table_name, column_name, udt_name as type, is_nullable = 'YES' as nullable, column_default is not null as defaulted
    from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'`;
  const inDatabase: Record<string, Record<string, string>> = {};
  for (const { table_name, column_name, type, nullable, defaulted } of columns) {
    inDatabase[table_name] ??= {};
    const form = `${type}${nullable ? " or null" : ""}${defaulted ? ", defaulted" : ""}`;
    (inDatabase[table_name] as Record<string, string>)[column_name] = form;
  }
  expect(tablesInTypes(join(root, "app/database/types.ts"))).toEqual(inDatabase);
});

test("one that fails is named, with Postgres' words, and leaves nothing of any that were pending", async () => {
  await run();
  const before = await tableNames();
  add("9001_good", "await sql`create table good (id int)`.execute(database);");
  add(
    "9002_bad",
    "await sql`create table half (id int)`.execute(database); await sql`select nonsense`.execute(database);",
  );
  const failure = await run().catch((error) => error);
  expect(failure).toBeInstanceOf(MigrationError);
  expect(failure.message).toBe('Migration 9002_bad failed and was undone: column "nonsense" does not exist');
  expect(await tableNames()).toEqual(before);
  // Mended, it goes on from where it was. A module is loaded once, so the mended one has another name here.
  rmSync(join(folder, "9002_bad.ts"));
  add("9002_mended", "await sql`create table whole (id int)`.execute(database);");
  expect((await run()).applied).toEqual(["9001_good", "9002_mended"]);
});

test("one whose code fails is undone too", async () => {
  add(
    "9001_broken",
    "await sql`create table half (id int)`.execute(database); throw new Error('not written yet');",
  );
  await expect(run()).rejects.toThrow("9001_broken failed and was undone: not written yet");
  expect(await tableNames()).not.toContain("accounts");
});

test("two at once: one works, the other waits and finds nothing to do", async () => {
  // The first that comes to it stays in it until the other has come to wait.
  let goOn = () => {};
  vi.stubGlobal("othersWait", new Promise<void>((resolve) => (goOn = resolve)));
  add("9001_long", "await othersWait;");
  const lines: string[] = [];
  const both = Promise.all([
    run({ log: (line) => lines.push(line) }),
    run({ log: (line) => lines.push(line) }),
  ]);
  try {
    await expect.poll(() => lines).toContain("Another migration is running; waiting for it.");
  } finally {
    goOn();
  }
  const outcomes = await both.finally(() => vi.unstubAllGlobals());
  expect(outcomes.map(({ applied }) => applied.length).sort()).toEqual([0, released.length + 1]);
});

test("a table that someone holds is not waited for in line: it gives way and tries again", async () => {
  await run();
  add("9001_column", "await sql`alter table posts add column note text`.execute(database);");
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holder = outside.begin(async (transaction) => {
    await transaction`lock table posts in row exclusive mode`;
    await held;
  });
  const lines: string[] = [];
  const migrating = run({ log: (line) => lines.push(line) });
  await expect.poll(() => lines.join()).toContain("lock timeout");
  release();
  await holder;
  expect((await migrating).applied).toEqual(["9001_column"]);
});

test("an earlier release finds a newer schema and does nothing to it", async () => {
  add("9001_later", "await sql`create table later (id int)`.execute(database);");
  await run();
  rmSync(join(folder, "9001_later.ts"));
  expect(await run()).toEqual({ newest: "9001_later", applied: [] });
  expect(await tableNames()).toContain("later");
});

test("the application reads and writes rows, and changes no schema and no history", async () => {
  await run();
  const application = connectAs(applicationLogin(inject("backends"), databaseName));
  await application`select from accounts`;
  await application`delete from posts`;
  for (const statement of [
    "create table mine (id int)",
    "alter table posts add column x int",
    "drop table posts",
    "truncate posts",
    "delete from kysely_migration",
    "create role other",
    "create schema other",
  ]) {
    await expect(application.unsafe(statement), statement).rejects.toMatchObject({ code: "42501" });
  }
  await application.end();
});

test("a later password has a login of its own, which works beside the one before", async () => {
  await run();
  const password = "the password of the second generation";
  await run({ login: "capstone_2", password });
  add("9001_table", "await sql`create table later (id int)`.execute(database);");
  await run({ login: "capstone_2", password });
  const earlier = applicationLogin(inject("backends"), databaseName);
  const later = { ...earlier, user: "capstone_2", password };
  for (const login of [earlier, later]) {
    const application = connectAs(login);
    await application`insert into later values (1)`;
    await application`select from accounts`;
    await expect(application`create table mine (id int)`).rejects.toMatchObject({ code: "42501" });
    await application.end();
  }
  await outside`drop role capstone_2`;
});

test("a table of a later migration is the application's to use as well", async () => {
  add("9001_table", "await sql`create table later (id int)`.execute(database);");
  await run();
  const application = connectAs(applicationLogin(inject("backends"), databaseName));
  await application`insert into later values (1)`;
  await application.end();
});

test("what a superuser made in the schema stops nothing, and the application gets no rights on it", async () => {
  await outside`create table theirs (id int generated always as identity, serial_id serial)`;
  await outside`create view their_view as select 1 as one`;
  expect((await run()).applied).toEqual(released);
  await outside`create materialized view their_later_view as select 1 as one`;
  expect((await run()).applied).toEqual([]);
  const application = connectAs(applicationLogin(inject("backends"), databaseName));
  for (const name of ["theirs", "their_view", "their_later_view"]) {
    await expect(application.unsafe(`select from ${name}`), name).rejects.toMatchObject({ code: "42501" });
  }
  await application`select from accounts`;
  await application.end();
});

test("0002 expands: nodes of the release before write addresses, and this release finds keys", async () => {
  const later = released.filter((name) => name > "0001_z");
  for (const name of later) rmSync(join(folder, `${name}.ts`));
  await run();
  const insert = (handle: string, url: string | null) =>
    outside`insert into accounts (id, handle, email, password_hash, avatar_url)
      values (gen_random_uuid(), ${handle}, ${`${handle}@x.org`}, '', ${url})`;
  await insert("before", "https://old.example/assets/avatars/1/aa.png");
  await insert("without", null);
  for (const name of later) copyFileSync(new URL(`${name}.ts`, migrationsFolder), join(folder, `${name}.ts`));
  await run();

  const keyOf = async (handle: string) =>
    (await outside`select avatar_key from accounts where handle = ${handle}`)[0]?.avatar_key;
  expect(await keyOf("before")).toBe("avatars/1/aa.png");
  expect(await keyOf("without")).toBeNull();
  // The statements of the release before still work, and are understood.
  await insert("old-node", null);
  await outside`update accounts set avatar_url = 'https://old.example/assets/avatars/2/bb.png' where handle = 'old-node'`;
  expect(await keyOf("old-node")).toBe("avatars/2/bb.png");
  // What this release writes is left as it is.
  await outside`update accounts set avatar_url = 'http://x/avatars/3/c.png', avatar_key = 'avatars/3/d.png'
    where handle = 'old-node'`;
  expect(await keyOf("old-node")).toBe("avatars/3/d.png");
});

test("as a program: progress on one stream, one line of JSON at the end of the other", async () => {
  const { database } = inject("backends");
  const environment = {
    DATABASE_URL: `postgres://capstone_owner@${database.host}:${database.port}/${databaseName}`,
  };
  const secrets = {
    "database-password": database.ownerPassword,
    "application-password": database.applicationPassword,
  };
  const program = new Program("migrations/run.ts", environment, secrets);
  expect(await program.ended).toBe(0);
  const lastLine =
    program.output
      .trim()
      .split("\n")
      .find((line) => line.startsWith("{")) ?? "";
  expect(JSON.parse(lastLine)).toEqual({ newest: released.at(-1), applied: released });

  const refused = new Program("migrations/run.ts", environment, { ...secrets, "database-password": "wrong" });
  expect(await refused.ended).toBe(1);
  expect(refused.output.trim()).toBe(
    `The database at 127.0.0.1:${database.port} refuses capstone_owner: ` +
      'password authentication failed for user "capstone_owner".',
  );
});

test("no primary within the budget: one sentence", async () => {
  const backends = inject("backends");
  const nowhere = { ...ownerLogin(backends, databaseName), port: 1 };
  const failing = migrate({
    database: nowhere,
    applicationPassword: "x",
    folder: migrationsFolder,
    budgetMs: 700,
    log: () => {},
  });
  await expect(failing).rejects.toThrow(/^No primary database at 127\.0\.0\.1:1 within 0\.7 s: /);
});
