import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { png } from "../unit/app/images.ts";
import { type Ask, ask, expectProblem, newAccount, newPerson, type Person } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let nodes: [Node, Node];
let person: Person;
let databaseName: string;
let outside: postgres.Sql;

beforeAll(async () => {
  const deployment = await newDeployment();
  databaseName = deployment.databaseName;
  nodes = [
    await startNode(settingsOf(deployment, "app-1")),
    await startNode(settingsOf(deployment, "app-2")),
  ];
  person = await newPerson(nodes[0].url);
  outside = superuser(databaseName);
});

afterAll(async () => {
  await outside.end();
  await Promise.all(nodes.map((node) => node.close()));
});

const keyed = (key: string, more: Ask): Ask => ({
  ...more,
  headers: { "idempotency-key": key, ...more.headers },
});
const post = (node: Node, key: string, body: string, by = person) =>
  ask(node.url, "POST /api/v1/me/posts", keyed(key, { token: by.token, json: { body } }));
const countPosts = async (body: string) => (await outside`select from posts where body = ${body}`).length;

test("the same key and body answers the same post, whichever node is asked and however often", async () => {
  const [key, body] = [randomUUID(), `once ${randomUUID()}`];
  const first = await post(nodes[0], key, body);
  expect(first.status).toBe(201);
  expect(first.headers.get("idempotency-replayed")).toBeNull();
  for (const node of [nodes[1], nodes[0], nodes[1]]) {
    const again = await post(node, key, body);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  }
  expect(await countPosts(body)).toBe(1);
});

test("a replay has the status of the first answer, though this release would give another", async () => {
  const [key, body] = [randomUUID(), `then ${randomUUID()}`];
  const first = await post(nodes[0], key, body);
  // As a release answered whose posts were 200.
  await outside`update idempotency_keys set status = 200 where key = ${key}`;
  const again = await post(nodes[1], key, body);
  expect([again.status, again.body]).toEqual([200, first.body]);
});

test("the same key with another body is refused, on every node", async () => {
  const [key, body] = [randomUUID(), `mine ${randomUUID()}`];
  await post(nodes[0], key, body);
  for (const node of nodes) expectProblem(await post(node, key, `${body}!`), 422, "idempotency-key-reused");
  expect(await countPosts(`${body}!`)).toBe(0);
});

test("a key that was used for something else than a post is refused too", async () => {
  const key = randomUUID();
  const { token } = person;
  expect(
    (await ask(nodes[0].url, "PATCH /api/v1/me", keyed(key, { token, json: { bio: "a" } }))).status,
  ).toBe(200);
  expectProblem(await post(nodes[1], key, "b"), 422, "idempotency-key-reused");
});

test("twenty requests with one key at once, over both nodes, are one post with one answer", async () => {
  const [key, body] = [randomUUID(), `at once ${randomUUID()}`];
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, number) => post(nodes[number % 2] as Node, key, body)),
  );
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(replies.map((reply) => reply.body.id)).size).toBe(1);
  expect(replies.filter(({ headers }) => headers.get("idempotency-replayed") === null)).toHaveLength(1);
  expect(await countPosts(body)).toBe(1);
});

test("another account's equal key is another key", async () => {
  const [key, body] = [randomUUID(), `two people ${randomUUID()}`];
  const other = await newPerson(nodes[1].url);
  const [mine, theirs] = [await post(nodes[0], key, body), await post(nodes[1], key, body, other)];
  expect([mine.status, theirs.status]).toEqual([201, 201]);
  expect(mine.body.id).not.toBe(theirs.body.id);
});

test("members in another order are the same request", async () => {
  const key = randomUUID();
  const { token } = person;
  const one = await ask(
    nodes[0].url,
    "PATCH /api/v1/me",
    keyed(key, { token, json: { bio: "x", displayName: "y" } }),
  );
  const two = await ask(
    nodes[1].url,
    "PATCH /api/v1/me",
    keyed(key, { token, json: { displayName: "y", bio: "x" } }),
  );
  expect(two.body).toEqual(one.body);
  expect(two.headers.get("idempotency-replayed")).toBe("true");
});

test("a replayed change does not undo what came after it", async () => {
  const key = randomUUID();
  const { token } = person;
  const first = keyed(key, { token, json: { bio: "first" } });
  await ask(nodes[0].url, "PATCH /api/v1/me", first);
  await ask(nodes[1].url, "PATCH /api/v1/me", { token, json: { bio: "second" } });
  expect((await ask(nodes[1].url, "PATCH /api/v1/me", first)).body.bio).toBe("first");
  expect((await ask(nodes[0].url, "GET /api/v1/me", { token })).body.bio).toBe("second");
});

test("sign-up with a key can be sent again; with another password it is another request", async () => {
  const account = newAccount();
  const key = randomUUID();
  const signUp = (node: Node, json: object) => ask(node.url, "POST /api/v1/users", keyed(key, { json }));
  const first = await signUp(nodes[0], account);
  const again = await signUp(nodes[1], account);
  expect([again.status, again.body]).toEqual([201, first.body]);
  expectProblem(
    await signUp(nodes[1], { ...account, password: "something else" }),
    422,
    "idempotency-key-reused",
  );
  expectProblem(
    await signUp(nodes[1], { ...account, email: `x${account.email}` }),
    422,
    "idempotency-key-reused",
  );
  expectProblem(await ask(nodes[1].url, "POST /api/v1/users", { json: account }), 409, "handle-taken");
  // A refused sign-up leaves its key free.
  const other = { ...newAccount(), email: account.email };
  const otherKey = randomUUID();
  const ofOther = (json: object) => ask(nodes[0].url, "POST /api/v1/users", keyed(otherKey, { json }));
  expectProblem(await ofOther(other), 409, "email-taken");
  expect((await ofOther({ ...other, email: `y${account.email}` })).status).toBe(201);
});

test("an upload with a key, sent again to the other node", async () => {
  const key = randomUUID();
  const { token } = person;
  const upload = (node: Node, bytes: Buffer) =>
    ask(
      node.url,
      "PUT /api/v1/me/avatar",
      keyed(key, { token, bytes, headers: { "content-type": "image/png" } }),
    );
  const first = await upload(nodes[0], png(5, 5));
  expect(first.status).toBe(200);
  const again = await upload(nodes[1], png(5, 5));
  expect(again.body).toEqual(first.body);
  expectProblem(await upload(nodes[1], png(6, 6)), 422, "idempotency-key-reused");
});

test.each([
  ["256 characters", "k".repeat(256)],
  ["a space", "a b"],
  ["an umlaut", "schlüssel"],
  ["nothing", ""],
])("a key of %s is refused", async (_name, key) => {
  expectProblem(await post(nodes[0], key, "x"), 400, "invalid-request");
});

test("a post whose session was killed in its commit is there once, and answered once a standby has it", async () => {
  const waiting = "wait_event = 'SyncRep' and datname = current_database()";
  const countWaiting = async () =>
    (await outside.unsafe(`select from pg_stat_activity where ${waiting}`)).length;
  const kill = () =>
    outside.unsafe(`select pg_terminate_backend(pid) from pg_stat_activity where ${waiting}`);
  const body = `killed ${randomUUID()}`;
  await outside.unsafe(`alter role capstone in database ${databaseName} set synchronous_commit = on`);
  // New sessions alone have the setting.
  await outside`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name like 'capstone app-%'`;
  let answered = 0;
  const key = randomUUID();
  const replies = [nodes[0], nodes[1], nodes[0]].map((node) =>
    post(node, key, body).finally(() => {
      answered++;
    }),
  );
  try {
    await expect.poll(async () => (await kill()).length).toBeGreaterThan(0);
    await expect.poll(() => countPosts(body)).toBe(1);
    await expect.poll(countWaiting).toBeGreaterThan(0);
    // The row can be seen; but no standby has it, so nobody has been told.
    expect(answered).toBe(0);
  } finally {
    await outside.unsafe(`alter role capstone in database ${databaseName} reset synchronous_commit`);
    await outside.unsafe(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'capstone app-%'`);
  }
  const bodies = (await Promise.all(replies)).map((reply) => [reply.status, reply.body.id]);
  expect(new Set(bodies.map(String)).size).toBe(1);
  expect(bodies[0]?.[0]).toBe(201);
  expect(await countPosts(body)).toBe(1);
});
