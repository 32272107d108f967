import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { png } from "../unit/app/images.ts";
import { type Ask, ask, logIn, newAccount, newPerson, type Person } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

let node: Node;
let sql: postgres.Sql;
let proxy: TcpProxy;

beforeAll(async () => {
  const deployment = await newDeployment();
  const settings = settingsOf(deployment, "app-1");
  const { host, port } = inject("backends").database;
  proxy = await TcpProxy.start({ host, port });
  node = await startNode({ ...settings, database: { ...settings.database, port: proxy.port } });
  sql = superuser(deployment.databaseName);
});

afterAll(async () => {
  await node.close();
  await proxy.end();
  await sql.end();
});

/**
 * Asks, and takes the primary away when this statement has reached it: nothing of what it answers is heard. A second
 * later there is one again, which has what was committed.
 */
async function withPrimaryKilledAt(statement: string, what: string, asked: Ask) {
  // On connections of their own, so that the statement is sent in words.
  proxy.cut();
  proxy.refuseAfter(statement);
  const answer = ask(node.url, what, asked);
  await expect.poll(() => proxy.mode).toBe("refuse");
  await sleep(1_000);
  // Sent again, the same statement is let through.
  proxy.refuseAfter("\0 no statement");
  proxy.mode = "forward";
  return answer;
}

const commit = "commit";
const count = async (query: postgres.PendingQuery<postgres.Row[]>) => Number((await query)[0]?.count);
const postsOf = (person: Person) => count(sql`select count(*) from posts where account_id = ${person.id}`);
const liveSessionsOf = (person: Person) =>
  count(sql`select count(*) from sessions where account_id = ${person.id} and ended_at is null`);
const keysOf = (person: Person) =>
  count(sql`select count(*) from idempotency_keys where scope = ${person.id}`);
const post = async (person: Person) =>
  (await ask(node.url, "POST /api/v1/me/posts", { token: person.token, json: { body: "A post" } })).body.id;

interface Case {
  route: string;
  /** What it has reached the primary with when that is killed. */
  at: string;
  asked: (person: Person) => Promise<{ path?: string; ask: Ask }> | { path?: string; ask: Ask };
  status: number;
  /** What is there once, and only once, after it. */
  once: (person: Person) => Promise<void>;
}

const cases: Case[] = [
  {
    route: "POST /api/v1/sessions",
    at: 'insert into "refresh_tokens"',
    asked: ({ handle, password }) => ({ ask: { json: { handle, password } } }),
    status: 200,
    once: async (person) => expect(await liveSessionsOf(person)).toBe(2),
  },
  {
    route: "POST /api/v1/sessions/refresh",
    at: commit,
    asked: ({ refreshToken }) => ({ ask: { json: { refreshToken } } }),
    status: 200,
    once: async ({ id }) =>
      expect(
        await count(sql`select count(*) from refresh_tokens join sessions on sessions.id = session_id
          where account_id = ${id}`),
      ).toBe(2),
  },
  {
    route: "PATCH /api/v1/me",
    at: commit,
    asked: ({ token }) => ({ ask: { token, json: { displayName: "Through" } } }),
    status: 200,
    once: async (person) => {
      expect(await sql`select display_name from accounts where id = ${person.id}`).toMatchObject([
        { display_name: "Through" },
      ]);
      expect(await keysOf(person)).toBe(1);
    },
  },
  {
    route: "PUT /api/v1/me/password",
    at: commit,
    asked: ({ token, password }) => ({
      ask: { token, json: { currentPassword: password, newPassword: "a new pass phrase" } },
    }),
    status: 204,
    once: async ({ handle }) => void (await logIn(node.url, { handle, password: "a new pass phrase" })),
  },
  {
    route: "PUT /api/v1/me/avatar",
    at: commit,
    asked: ({ token }) => ({ ask: { token, bytes: png(20, 20) } }),
    status: 200,
    once: async ({ id }) => {
      expect(await sql`select avatar_key is not null as shown from accounts where id = ${id}`).toMatchObject([
        { shown: true },
      ]);
      expect(await count(sql`select count(*) from unused_objects where account_id = ${id}`)).toBe(0);
    },
  },
  {
    route: "DELETE /api/v1/me/avatar",
    at: commit,
    asked: async ({ token }) => {
      await ask(node.url, "PUT /api/v1/me/avatar", { token, bytes: png(20, 20) });
      return { ask: { token } };
    },
    status: 204,
    once: async ({ id }) =>
      expect(await count(sql`select count(*) from unused_objects where account_id = ${id}`)).toBe(1),
  },
  {
    route: "POST /api/v1/me/posts",
    at: "insert into posts",
    asked: ({ token }) => ({ ask: { token, json: { body: "Once" } } }),
    status: 201,
    once: async (person) => expect(await postsOf(person)).toBe(1),
  },
  {
    route: "PATCH /api/v1/me/posts/:id",
    at: commit,
    asked: async (person) => ({
      path: `/api/v1/me/posts/${await post(person)}`,
      ask: { token: person.token, json: { body: "Changed" } },
    }),
    status: 200,
    once: async ({ id }) =>
      expect(await sql`select body from posts where account_id = ${id}`).toMatchObject([{ body: "Changed" }]),
  },
  {
    route: "DELETE /api/v1/me/posts/:id",
    at: commit,
    asked: async (person) => ({
      path: `/api/v1/me/posts/${await post(person)}`,
      ask: { token: person.token },
    }),
    status: 204,
    once: async (person) => expect(await postsOf(person)).toBe(0),
  },
  {
    route: "DELETE /api/v1/me/sessions",
    at: 'update "sessions"',
    asked: async (person) => {
      await logIn(node.url, person);
      return { ask: { token: person.token } };
    },
    status: 204,
    once: async (person) => expect(await liveSessionsOf(person)).toBe(1),
  },
  {
    route: "DELETE /api/v1/me/sessions/:id",
    at: 'update "sessions"',
    asked: async (person) => {
      const [session] = await sql`select id from sessions where account_id = ${person.id}`;
      return { path: `/api/v1/me/sessions/${session?.id}`, ask: { token: person.token } };
    },
    status: 204,
    once: async (person) => expect(await liveSessionsOf(person)).toBe(0),
  },
  {
    route: "DELETE /api/v1/sessions",
    at: 'update "sessions"',
    asked: ({ token }) => ({ ask: { token } }),
    status: 204,
    once: async (person) => expect(await liveSessionsOf(person)).toBe(0),
  },
  {
    route: "DELETE /api/v1/me",
    at: commit,
    asked: async (person) => {
      await post(person);
      return { ask: { token: person.token, json: { password: person.password } } };
    },
    status: 204,
    once: async ({ id }) => expect(await count(sql`select count(*) from accounts where id = ${id}`)).toBe(0),
  },
];

test.each(cases)(
  "$route, the primary killed in the middle: done once, answered once",
  async ({ route, at, asked, status, once }) => {
    const person = await newPerson(node.url);
    const { path, ask: request } = await asked(person);
    const [method, plain] = route.split(" ");
    const answer = await withPrimaryKilledAt(at, `${method} ${path ?? plain}`, request);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    await once(person);
  },
);

test("POST /api/v1/users, the primary killed in the middle: done once, answered once", async () => {
  const account = newAccount();
  const answer = await withPrimaryKilledAt(commit, "POST /api/v1/users", { json: account });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  const made = await sql`select id from accounts where handle = ${account.handle}`;
  expect(made.map(({ id }) => id)).toEqual([answer.body.id]);
});

test("GET /api/v1/me/export, the primary killed while it is read: everything once", async () => {
  const person = await newPerson(node.url);
  await sql`insert into posts (id, account_id, body, created_at)
    select gen_random_uuid(), ${person.id}, 'Post ' || n, now() - n * interval '1 minute' from generate_series(1, 2500) n`;
  const answer = await withPrimaryKilledAt("from posts", "GET /api/v1/me/export", { token: person.token });
  expect(answer.status).toBe(200);
  const bodies = answer.body.posts.map(({ body }: { body: string }) => body);
  expect(new Set(bodies).size).toBe(2_500);
  expect(bodies).toHaveLength(2_500);
});
