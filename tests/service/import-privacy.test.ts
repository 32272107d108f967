import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, logIn } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { importFile, makeFile, scratchFolder } from "./support/imports.ts";
import { type Deployment, type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

const files = scratchFolder();
let deployment: Deployment;
let node: Node;
let sql: Sql;

beforeAll(async () => {
  deployment = await newDeployment();
  node = await startNode(settingsOf(deployment, "app-1"));
  sql = superuser(deployment.databaseName);
});
afterAll(async () => {
  await sql.end();
  await node.close();
  files.remove();
});

/** Of the password "pw". */
const hash =
  "pbkdf2:sha512:1000$uCf8aOebFfAqw2Eu$e4c7e95a28c5a3c672821cd43f62cd9ac688ebbec97fc3ebcb6af234ee0f7097088763ac0a157c44630948aefadff71fac8fdcfb1a3c76890d5fe129b403c3c4";
const bcrypt = "$2y$06$PZ45GvTQVKEpxsetaAEOjegLbyLNtn2GltJzLfTls/xAEkLUHeZbO";
const run = (name: string, text: string, options = {}) =>
  importFile(deployment.databaseName, makeFile(files.path(`${name}.sqlite`), text), options);
const published = async (handle: string) => {
  const { body } = await ask(node.url, `GET /api/v1/users/${handle}/posts`);
  return body.items.map(({ body: text }: { body: string }) => text).toSorted();
};
const logInStatus = async (handle: string, password: string) =>
  (await ask(node.url, "POST /api/v1/sessions", { json: { handle, password } })).status;

describe("what was private stays private", () => {
  test("posts are published, messages between two people are not", async () => {
    const { said } = await run(
      "tutorial",
      `create table user (id integer primary key, username text, password_hash text);
       create table post (id integer primary key, body text, timestamp datetime, user_id integer references user(id));
       create table message (id integer primary key, sender_id integer references user(id),
         recipient_id integer references user(id), body text);
       insert into user values (1, 'tutor_ann', '${hash}'), (2, 'tutor_bob', '${hash}');
       insert into post values (1, 'for all', '2024-01-01 10:00:00', 1);
       insert into message values (1, 1, 2, 'for bob alone');`,
    );
    expect(await published("tutor_ann")).toEqual(["for all"]);
    expect(said).toContain(
      "message is not published, since it may be for some people only (sender_id, recipient_id)",
    );
    expect(said).toContain('"posts": {"table":"message"');
  });

  test.each([
    [
      "notes",
      "create table notes (id integer primary key, user_id integer references users(id), content text, is_private boolean)",
      "(1, 1, 'a secret', 1)",
    ],
    [
      "entries",
      "create table entries (id integer primary key, user_id integer references users(id), body text)",
      "(1, 1, 'dear diary')",
    ],
    [
      "posts",
      "create table posts (id integer primary key, user_id integer references users(id), editor_id integer references users(id), body text)",
      "(1, 1, 1, 'of two')",
    ],
    [
      "posts",
      "create table posts (id integer primary key, user_id integer references users(id), room_id integer, body text)",
      "(1, 1, 7, 'in a room')",
    ],
  ])("where it is in doubt, nothing is: %s by %s", async (table, create, row) => {
    const name = `doubt_${create.length}`;
    const { said } = await run(
      name,
      `create table users (id integer primary key, username text, password text);
       insert into users values (1, '${name}', '${hash}'); ${create}; insert into ${table} values ${row};`,
    );
    expect(await published(name)).toEqual([]);
    expect(said).toContain(`${table} is not published, since `);
    expect(await sql.unsafe(`select count(*)::int from ${name}.${table}`)).toEqual([{ count: 1 }]);
  });

  test.each([
    ["published boolean", "1", "0"],
    ["draft boolean", "0", "1"],
    ["deleted_at datetime", "null", "'2024-01-01 00:00:00'"],
    ["isPrivate", "0", "'true'"],
    ["status text", "'published'", "'draft'"],
    ["visibility text", "'public'", "'friends'"],
    ["published_at datetime", "'2024-01-01 00:00:00'", "'2999-01-01 00:00:00'"],
  ])("a row withheld by %s is not published, and that is said", async (column, open, withheld) => {
    const name = `held_${column.split(" ")[0]?.toLowerCase()}`;
    const { said } = await run(
      name,
      `create table users (id integer primary key, username text, password text);
       create table posts (id integer primary key, user_id integer, body text, ${column});
       insert into users values (1, '${name}', '${hash}');
       insert into posts values (1, 1, 'open', ${open}), (2, 1, 'withheld', ${withheld});`,
    );
    expect(await published(name)).toEqual(["open"]);
    expect(said).toMatch(/posts has rows that are (not public|dated in the future).*: 1 \(2\)/);
    expect(await sql.unsafe(`select count(*)::int from ${name}.posts`)).toEqual([{ count: 2 }]);
  });

  test("a mapping file publishes them all the same", async () => {
    await run(
      "open_all",
      `create table users (id integer primary key, username text, password text);
       create table notes (id integer primary key, user_id integer, body text, draft integer);
       insert into users values (1, 'open_all', '${hash}'); insert into notes values (1, 1, 'a', 1), (2, 1, 'b', 0);`,
      { mapping: { posts: { table: "notes", author: "user_id", body: "body", hidden: "id = 2" } } },
    );
    expect(await published("open_all")).toEqual(["a"]);
  });
});

describe("accounts that were closed", () => {
  test.each([
    ["is_active integer", "0", "1"],
    ["disabled boolean", "1", "0"],
    ["isBanned", "'true'", "'false'"],
    ["deleted_at datetime", "'2024-01-01'", "null"],
    ["confirmed integer", "0", "1"],
    ["confirmed_at datetime", "null", "'2024-01-01'"],
    ["status text", "'suspended'", "'member'"],
  ])("stay closed by %s, and that is said", async (column, closed, open) => {
    const name = `shut_${column.split(" ")[0]?.toLowerCase()}`;
    const { said } = await run(
      name,
      `create table users (id integer primary key, username text, password text, ${column});
       insert into users values (1, '${name}', '${hash}', ${closed}), (2, 'open_${name}', '${hash}', ${open});`,
    );
    expect(await logInStatus(name, "pw")).toBe(401);
    expect(await logInStatus(`open_${name}`, "pw")).toBe(200);
    expect(said).toMatch(new RegExp(`users has rows that are closed .*: 1 \\(${name}\\)`));
    expect(await sql.unsafe(`select password from ${name}.users order by id`)).toEqual([
      { password: hash },
      { password: null },
    ]);
  });
});

describe("passwords of other frameworks", () => {
  test("bcrypt logs in and is replaced; what nobody can check stays in the schema", async () => {
    const { said } = await run(
      "laravel",
      `create table users (id integer primary key, name text, email text not null unique, password text not null);
       insert into users values (1, 'lara', 'lara@example.org', '${bcrypt}'), (2, 'odd', 'odd@example.org', 'md5$salt$00');`,
    );
    await logIn(node.url, { handle: "lara", password: "bcrypt pässword" });
    const [row] = await sql`select password_hash from accounts where handle = 'lara'`;
    expect(row?.password_hash).toMatch(/^\$argon2id\$/);
    expect(await logInStatus("odd", "md5$salt$00")).toBe(401);
    expect(said).toContain("1 password that no account got stays in the schema");
    expect(await sql`select password from laravel.users order by id`).toEqual([
      { password: null },
      { password: "md5$salt$00" },
    ]);
  });

  test("and goes away if a mapping says so", async () => {
    await run(
      "dropped",
      `create table users (id integer primary key, username text, password text);
       insert into users values (1, 'dropped_one', 'md5$salt$00');`,
      { mapping: { tables: { users: { columns: { password: { leaveOut: true } } } } } },
    );
    const columns =
      await sql`select column_name from information_schema.columns where table_schema = 'dropped' and table_name = 'users'`;
    expect(columns.map(({ column_name }) => column_name)).toEqual(["id", "username"]);
  });
});

describe("users are found by what a table contains", () => {
  test("Devise's, who log in by their address; an empty auth_user does not win", async () => {
    const { said } = await run(
      "devise",
      `create table auth_user (id integer primary key, username text, password text);
       create table users (id integer primary key, email text, encrypted_password text);
       insert into users values (1, 'devise.one@example.org', '${bcrypt}');`,
    );
    await logIn(node.url, { handle: "devise_one", password: "bcrypt pässword" });
    expect(said).toContain("auth_user looks like users too, and is not taken as such, as it is empty");
  });

  test("Strapi's, and a table of any name whose column holds hashes", async () => {
    await run(
      "strapi",
      `create table up_users (id integer primary key, username text, email text, password text, blocked boolean);
       insert into up_users values (1, 'strapi_one', 's@example.org', '${bcrypt}', 0);`,
    );
    expect(await logInStatus("strapi_one", "bcrypt pässword")).toBe(200);
    await run(
      "any_name",
      `create table people (id integer primary key, nick text, sesame text);
       insert into people values (1, 'any_one', '${bcrypt}');`,
    );
    expect(await logInStatus("any_one", "bcrypt pässword")).toBe(200);
  });

  test("without passwords it is said what was seen, and how to map it", async () => {
    const { said } = await run(
      "no_password",
      "create table users (id integer primary key, username text); insert into users values (1, 'nobody_here');",
    );
    expect(said).toContain("users is not taken for users, since no column with passwords was found in it");
    expect(said).toContain('"users": {"table":"users","handle":"username"} in a mapping file takes it');
    expect(await sql`select 1 from accounts where handle = 'nobody_here'`).toHaveLength(0);
  });

  test("ids beyond 2^53 are no obstacle", async () => {
    await run(
      "large_ids",
      `create table users (id integer primary key, username text, password text);
       create table posts (id integer primary key, user_id integer, body text);
       insert into users values (9223372036854775807, 'large_one', '${hash}');
       insert into posts values (9223372036854775806, 9223372036854775807, 'large');`,
    );
    expect(await published("large_one")).toEqual(["large"]);
    expect(await sql`select source::text from large_ids.capstone_accounts`).toEqual([
      { source: "9223372036854775807" },
    ]);
  });
});
