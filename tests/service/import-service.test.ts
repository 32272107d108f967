import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePicture } from "../../app/pictures/picture.ts";
import { makeSample } from "../../import-sqlite/sample.ts";
import { png } from "../unit/app/images.ts";
import { ask, logIn } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { type Imported, importFile, makeFile, scratchFolder } from "./support/imports.ts";
import { type Deployment, type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";
import { storedObject } from "./support/objects.ts";

const files = scratchFolder();
const uploads = files.path("uploads");
const picture = png();
const mediaType = "image/webp";
let deployment: Deployment;
let node: Node;
let sql: Sql;
let imported: Imported;

beforeAll(async () => {
  deployment = await newDeployment();
  node = await startNode(settingsOf(deployment, "app-1"));
  sql = superuser(deployment.databaseName);
  const taken = { handle: "taken", email: "someone@example.org", password: "another password" };
  expect((await ask(node.url, "POST /api/v1/users", { json: taken })).status).toBe(201);

  mkdirSync(`${uploads}/profile_pics`, { recursive: true });
  writeFileSync(`${uploads}/ada.png`, picture);
  writeFileSync(`${uploads}/profile_pics/jose.jpg`, picture);
  writeFileSync(`${uploads}/of-a-post.png`, picture);
  writeFileSync(`${uploads}/script.png`, "<script>alert(1)</script>");
  writeFileSync(`${uploads}/large.png`, Buffer.alloc(11 * 1024 * 1024));
  symlinkSync("/etc/passwd", `${uploads}/passwd.png`);
  imported = await importFile(deployment.databaseName, makeFile(files.path("flask.sqlite"), "flask.sql"), {
    uploads,
  });
});
afterAll(async () => {
  await sql.end();
  await node.close();
  files.remove();
});

const hashOf = async (handle: string) =>
  (await sql`select password_hash from accounts where handle = ${handle}`)[0]?.password_hash as string;

describe("people of a Flask application", () => {
  test("log in with their old passwords, and have the service's own hash from then on", async () => {
    expect(await hashOf("ada")).toMatch(/^scrypt:32768:8:1\$/);
    await logIn(node.url, { handle: "ada", password: "old password of ada" });
    expect(await hashOf("ada")).toMatch(/^\$argon2id\$/);
    await logIn(node.url, { handle: "Ada", password: "old password of ada" });

    expect(await hashOf("jose_nunez")).toMatch(/^pbkdf2:sha256:50000\$/);
    await logIn(node.url, { handle: "jose_nunez", password: "pässword ünïcode" });
    expect(await hashOf("jose_nunez")).toMatch(/^\$argon2id\$/);
  });

  test("a wrong password is refused, and changes nothing", async () => {
    const json = { handle: "taken_2", password: "wrong" };
    expect((await ask(node.url, "POST /api/v1/sessions", { json })).status).toBe(401);
    expect(await hashOf("taken_2")).toMatch(/^pbkdf2:sha512/);
    await logIn(node.url, { handle: "taken_2", password: "pw" });
  });

  test("a password in a form that cannot be checked lets nobody in", async () => {
    const json = { handle: "jose_nunez_2", password: "sha256" };
    expect((await ask(node.url, "POST /api/v1/sessions", { json })).status).toBe(401);
  });

  test("keep their names, texts, pictures and posts", async () => {
    const { body } = await ask(node.url, "GET /api/v1/users/ada");
    const published = await makePicture(picture);
    const key = `avatars/${body.id}/${published.hash}.webp`;
    expect(body).toMatchObject({
      handle: "ada",
      bio: "Engines.",
      avatarUrl: `http://assets.test/assets/${key}`,
    });
    const stored = await storedObject(key);
    expect(stored.bytes.equals(published.full)).toBe(true);
    expect(stored).toMatchObject({ type: mediaType, cacheControl: "public, max-age=31536000, immutable" });

    const posts = await ask(node.url, "GET /api/v1/users/ada/posts");
    expect(
      posts.body.items.map(({ body: text, createdAt }: { body: string; createdAt: string }) => [
        text,
        createdAt,
      ]),
    ).toEqual([
      ["Second\n\nGröße, 😀", "2023-05-02T10:00:00.000Z"],
      ["First\n\nHello.", "2023-05-01T10:00:00.123Z"],
    ]);
    expect((await ask(node.url, "GET /u/jose_nunez")).body).toContain("Hola.");
  });

  test("whoever was there before stays who they are", async () => {
    await logIn(node.url, { handle: "taken", password: "another password" });
  });

  test("what others refer to stays, without the hashes that went to the accounts, with the way to them", async () => {
    expect(await sql`select id::int from flask.user where password is not null`).toEqual([{ id: 3 }]);
    const rows = await sql`
      select u.username, a.handle from flask.user u
      join flask.capstone_accounts l on l.source = u.id join accounts a on a.id = l.account_id order by u.id`;
    expect(rows.map(({ username, handle }) => [username, handle])).toEqual([
      ["Ada", "ada"],
      ["José Núñez", "jose_nunez"],
      ["jose_nunez", "jose_nunez_2"],
      ["taken", "taken_2"],
    ]);
    expect(await sql`select count(*)::int from flask.followers`).toEqual([{ count: 3 }]);
    expect(await sql`select count(*)::int from flask.capstone_posts`).toEqual([{ count: 3 }]);
    const kept = await sql`select path, media_type from flask.capstone_images order by path`;
    expect(kept.map(({ path, media_type }) => [path, media_type])).toEqual([
      ["ada.png", mediaType],
      ["of-a-post.png", mediaType],
      ["profile_pics/jose.jpg", mediaType],
    ]);
  });

  test.each([
    "4 from user (handle username, email, passwordHash password, bio about_me, avatar image_file, key id)",
    "log in under another handle",
    "José Núñez as jose_nunez",
    "taken as taken_2",
    "jose@example.org becomes jose_nunez_2@imported.invalid",
    "have a password in no form that can be checked",
    "have no author among the users",
    "script.png is no image that the service publishes",
    "large.png has 11,534,336 bytes",
    "passwd.png is no ordinary file",
    "have an avatar that is no image in the folder of uploads",
    "user.password goes to the service's accounts; 1 password that no account got stays in the schema",
  ])("it was said before: %s", (sentence) => {
    expect(imported.said).toContain(sentence);
  });
});

test("a mapping file says otherwise", async () => {
  const file = makeFile(
    files.path("people.sqlite"),
    `create table people (nick text primary key, words text, secret text, t text);
     insert into people values ('somebody', 'hello', null, 'x' || char(0));
     create table log (id integer primary key, line text);`,
  );
  const mapping = {
    schema: "old_people",
    users: { table: "people", handle: "nick", bio: "words" },
    tables: {
      log: { leaveOut: true },
      people: { columns: { t: { replaceUnstorable: true }, secret: { leaveOut: true } } },
    },
  };
  const { said } = await importFile(deployment.databaseName, file, { mapping });
  expect(said).toContain("log is left out, as the mapping says");
  expect(await sql`select * from old_people.people`).toEqual([
    { nick: "somebody", words: "hello", t: "x\ufffd" },
  ]);
  expect((await ask(node.url, "GET /api/v1/users/somebody")).body).toMatchObject({ bio: "hello" });
  expect(await hashOf("somebody")).toBe("!");
});

test("an import that fails takes its pictures away again", async () => {
  const file = makeFile(files.path("failing.sqlite"), "create table t (v text); insert into t values ('x')");
  const folder = files.path("pictures");
  mkdirSync(folder);
  const own = png(5, 5, [], 77);
  writeFileSync(`${folder}/own.png`, own);
  const published = await makePicture(own);
  const key = `images/failing/${published.hash}.webp`;
  const mapping = { tables: { t: { columns: { v: { type: "bigint" } } } } } as const;
  await expect(importFile(deployment.databaseName, file, { uploads: folder, mapping })).rejects.toThrow(
    'Table t, row 1, column v: "x" is no bigint. Nothing was imported.',
  );
  await expect(storedObject(key)).rejects.toThrow(/key/i);
  expect((await importFile(deployment.databaseName, file, { uploads: folder })).outcome).toBe("imported");
  expect((await storedObject(key)).bytes.equals(published.full)).toBe(true);
});

test("the sample for development takes the same way, twice without a change", async () => {
  for (const outcome of ["imported", "unchanged"]) {
    using sample = makeSample();
    expect(
      (await importFile(deployment.databaseName, sample.file, { uploads: sample.uploads })).outcome,
    ).toBe(outcome);
  }
  await logIn(node.url, { handle: "grace", password: "capstone sample" });
});
