import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { png } from "../unit/app/images.ts";
import { type Ask, ask, expectProblem, logIn, newPerson, type Person } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";
import { storedObject } from "./support/objects.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

let nodes: Node[];
let url: string;
let sql: postgres.Sql;
let proxy: TcpProxy;

beforeAll(async () => {
  const deployment = await newDeployment();
  const settings = settingsOf(deployment, "app-2");
  const { host, port } = inject("backends").database;
  proxy = await TcpProxy.start({ host, port });
  nodes = [
    await startNode(settingsOf(deployment, "app-1")),
    // This one reaches the database through what can be cut.
    await startNode({ ...settings, database: { ...settings.database, port: proxy.port } }),
  ];
  url = (nodes[0] as Node).url;
  sql = superuser(deployment.databaseName);
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await proxy.end();
  await sql.end();
});

const post = async (person: Person, body = "A post") =>
  (await ask(url, "POST /api/v1/me/posts", { token: person.token, json: { body } })).body as { id: string };

/** The same request at both nodes at the same time. */
const atBoth = (what: string, asked: Ask) => Promise.all(nodes.map((node) => ask(node.url, what, asked)));

/**
 * Sends a request to the second node and takes the database away from it while the request is under way, as a killed
 * primary does; it is back a second later.
 */
async function throughFailover(what: string, asked: Ask) {
  proxy.mode = "refuse";
  proxy.cut();
  const answer = ask((nodes[1] as Node).url, what, asked);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  proxy.mode = "forward";
  return answer;
}

describe("one post", () => {
  test("is read by its address, changed and deleted by its author alone", async () => {
    const [ada, eve] = [await newPerson(url), await newPerson(url)];
    const { id } = await post(ada, "First words");
    const read = await ask(url, `GET /api/v1/posts/${id}`);
    expect(read.body).toMatchObject({ id, body: "First words", handle: ada.handle });

    const json = { body: "Better words" };
    expectProblem(await ask(url, `PATCH /api/v1/me/posts/${id}`, { token: eve.token, json }), 404);
    expectProblem(await ask(url, `DELETE /api/v1/me/posts/${id}`, { token: eve.token }), 404);
    expectProblem(await ask(url, `PATCH /api/v1/me/posts/${id}`, { json }), 401);
    const changed = await ask(url, `PATCH /api/v1/me/posts/${id}`, { token: ada.token, json });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ id, body: "Better words", createdAt: read.body.createdAt });
    expect((await ask(url, `GET /api/v1/posts/${id}`)).body.body).toBe("Better words");

    expect((await ask(url, `DELETE /api/v1/me/posts/${id}`, { token: ada.token })).status).toBe(204);
    expectProblem(await ask(url, `GET /api/v1/posts/${id}`), 404);
    // Sent again, because the answer was lost, it is answered as before; what never was is not there.
    expect((await ask(url, `DELETE /api/v1/me/posts/${id}`, { token: ada.token })).status).toBe(204);
    expectProblem(await ask(url, `DELETE /api/v1/me/posts/${randomUUID()}`, { token: ada.token }), 404);
    for (const bad of ["1", "x", `${id}0`]) expectProblem(await ask(url, `GET /api/v1/posts/${bad}`), 400);
  });

  test("changed at two nodes at once under one key is changed once", async () => {
    const ada = await newPerson(url);
    const { id } = await post(ada);
    const asked = { token: ada.token, json: { body: "Once" }, headers: { "idempotency-key": randomUUID() } };
    const answers = await atBoth(`PATCH /api/v1/me/posts/${id}`, asked);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.filter(({ headers }) => headers.has("idempotency-replayed"))).toHaveLength(1);
    const deletions = await atBoth(`DELETE /api/v1/me/posts/${id}`, { token: ada.token });
    expect(deletions.map(({ status }) => status)).toEqual([204, 204]);
  });

  test("is changed and deleted through a failover, once", async () => {
    const ada = await newPerson(url);
    const { id } = await post(ada);
    const changed = await throughFailover(`PATCH /api/v1/me/posts/${id}`, {
      token: ada.token,
      json: { body: "Through" },
    });
    expect([changed.status, changed.body.body]).toEqual([200, "Through"]);
    expect((await throughFailover(`DELETE /api/v1/me/posts/${id}`, { token: ada.token })).status).toBe(204);
  });
});

describe("sessions", () => {
  test("are listed with device and last use, and ended one by one or all but one", async () => {
    const ada = await newPerson(url);
    const phone = await ask(url, "POST /api/v1/sessions", {
      json: { handle: ada.handle, password: ada.password },
      headers: { "user-agent": `Phone ${"9".repeat(400)}` },
    });
    const third = await logIn(url, ada);
    const list = async (token = ada.token) =>
      (await ask(url, "GET /api/v1/me/sessions", { token })).body.items;
    const items = await list();
    expect(items).toHaveLength(3);
    expect(items.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
    const ofPhone = items.find(({ userAgent }: { userAgent: string }) => userAgent.startsWith("Phone 999"));
    expect(ofPhone.userAgent).toHaveLength(200);
    expect(ofPhone).toMatchObject({ current: false, address: "127.0.0.1", lastUsedAt: ofPhone.createdAt });

    const eve = await newPerson(url);
    expectProblem(await ask(url, `DELETE /api/v1/me/sessions/${ofPhone.id}`, { token: eve.token }), 404);
    const ends = await atBoth(`DELETE /api/v1/me/sessions/${ofPhone.id}`, { token: ada.token });
    expect(ends.map(({ status }) => status)).toEqual([204, 204]);
    expectProblem(await ask(url, "GET /api/v1/me", { token: phone.body.accessToken }), 401);
    expect(await list()).toHaveLength(2);

    expect((await throughFailover("DELETE /api/v1/me/sessions", { token: ada.token })).status).toBe(204);
    expectProblem(await ask(url, "GET /api/v1/me", { token: third.token }), 401);
    expect(await list()).toMatchObject([{ current: true }]);
  });

  test("end 90 days after their log-in, however often they are refreshed", async () => {
    const ada = await newPerson(url);
    await sql`update sessions set created_at = now() - interval '89 days 23 hours' where account_id = ${ada.id}`;
    const json = { refreshToken: ada.refreshToken };
    const refreshed = await ask(url, "POST /api/v1/sessions/refresh", { json });
    expect(refreshed.status).toBe(200);
    const [session] = await sql`
      select expires_at < now() + interval '2 hours' as ends, last_used_at is not null as used
      from sessions where account_id = ${ada.id}`;
    expect(session).toEqual({ ends: true, used: true });
  });
});

describe("the password", () => {
  const change = (person: Person, currentPassword: string, newPassword: string): Ask => ({
    token: person.token,
    json: { currentPassword, newPassword },
  });

  test("is changed by who knows it, and every other session ends", async () => {
    const ada = await newPerson(url);
    const other = await logIn(url, ada);
    expectProblem(
      await ask(url, "PUT /api/v1/me/password", change(ada, "not it at all", "a new pass phrase")),
      403,
      "wrong-password",
    );
    expectProblem(
      await ask(url, "PUT /api/v1/me/password", change(ada, ada.password, "Password1")),
      400,
      "known-password",
    );
    expectProblem(await ask(url, "PUT /api/v1/me/password", change(ada, ada.password, "short")), 400);
    expect((await ask(url, "GET /api/v1/me", { token: other.token })).status).toBe(200);

    const done = await ask(url, "PUT /api/v1/me/password", change(ada, ada.password, "a new pass phrase"));
    expect(done.status).toBe(204);
    expect((await ask(url, "GET /api/v1/me", { token: ada.token })).status).toBe(200);
    expectProblem(await ask(url, "GET /api/v1/me", { token: other.token }), 401);
    expectProblem(
      await ask(url, "POST /api/v1/sessions/refresh", { json: { refreshToken: other.refreshToken } }),
      401,
    );
    const oldOne = { handle: ada.handle, password: ada.password };
    expectProblem(await ask(url, "POST /api/v1/sessions", { json: oldOne }), 401);
    await logIn(url, { handle: ada.handle, password: "a new pass phrase" });
    // Sent again, since the answer was lost.
    expect(
      (await ask(url, "PUT /api/v1/me/password", change(ada, ada.password, "a new pass phrase"))).status,
    ).toBe(204);
  });

  test("of two changes at once one is made, or both the same", async () => {
    const ada = await newPerson(url);
    const answers = await Promise.all(
      nodes.map((node, index) =>
        ask(node.url, "PUT /api/v1/me/password", change(ada, ada.password, `new pass phrase ${index}`)),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(204);
    const winner =
      statuses.filter((status) => status === 204).length === 1 ? statuses.indexOf(204) : undefined;
    // Whoever was answered 204 last has the password that opens.
    const opens = await Promise.all(
      [0, 1].map((index) =>
        ask(url, "POST /api/v1/sessions", {
          json: { handle: ada.handle, password: `new pass phrase ${index}` },
        }),
      ),
    );
    expect(opens.filter(({ status }) => status === 200)).toHaveLength(1);
    if (winner !== undefined) expect(opens[winner]?.status).toBe(200);
  });

  test("is changed through a failover", async () => {
    const ada = await newPerson(url);
    expect(
      (await throughFailover("PUT /api/v1/me/password", change(ada, ada.password, "a new pass phrase")))
        .status,
    ).toBe(204);
    await logIn(url, { handle: ada.handle, password: "a new pass phrase" });
  });
});

describe("the export", () => {
  test("has everything of the account, and of nobody else", async () => {
    const ada = await newPerson(url);
    await sql`insert into posts (id, account_id, body, created_at)
      select gen_random_uuid(), ${ada.id}, 'Post ' || n, now() - n * interval '1 minute' from generate_series(1, 2500) n`;
    const reply = await ask(url, "GET /api/v1/me/export", { token: ada.token });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-disposition")).toBe(`attachment; filename="${ada.handle}.json"`);
    const { account, posts, sessions } = reply.body;
    expect(account).toMatchObject({ handle: ada.handle, email: ada.email });
    expect(sessions).toHaveLength(1);
    expect(posts.map(({ body }: { body: string }) => body)).toEqual(
      Array.from({ length: 2_500 }, (_, index) => `Post ${index + 1}`),
    );
    expect(JSON.stringify(reply.body)).not.toMatch(/argon2|password|refresh/i);
    expectProblem(await ask(url, "GET /api/v1/me/export"), 401);
  });
});

describe("deleting an account", () => {
  const rowsOf = async ({ id, handle }: Person) =>
    await sql`
      select (select count(*) from accounts where id = ${id})::int as accounts,
        (select count(*) from sessions where account_id = ${id})::int as sessions,
        (select count(*) from posts where account_id = ${id})::int as posts,
        (select count(*) from idempotency_keys where scope in (${id}, ${`sign-up:${handle}`}))::int as keys`;

  test("takes everything along: rows, sessions, keys, the picture; and is answered as before when it is sent again", async () => {
    const ada = await newPerson(url);
    await post(ada);
    const { body } = await ask(url, "PUT /api/v1/me/avatar", { token: ada.token, bytes: png(300, 200) });
    const keys = [body.avatarUrl, body.smallUrl].map((address) => address.replace(/^.*\/assets\//, ""));
    for (const key of keys) expect((await storedObject(key)).type).toBe("image/webp");

    expectProblem(
      await ask(url, "DELETE /api/v1/me", { token: ada.token, json: { password: "not it at all" } }),
      403,
    );
    expectProblem(await ask(url, "DELETE /api/v1/me", { token: ada.token, json: {} }), 400);
    expect((await ask(url, "GET /api/v1/me", { token: ada.token })).status).toBe(200);

    const asked = { token: ada.token, json: { password: ada.password } };
    expect((await ask(url, "DELETE /api/v1/me", asked)).status).toBe(204);
    expect(await rowsOf(ada)).toEqual([{ accounts: 0, sessions: 0, posts: 0, keys: 0 }]);
    expectProblem(await ask(url, "GET /api/v1/me", { token: ada.token }), 401);
    expectProblem(await ask(url, `GET /api/v1/users/${ada.handle}`), 404);
    expect((await ask(url, `GET /u/${ada.handle}`)).status).toBe(404);
    const again = { handle: ada.handle, password: ada.password };
    expectProblem(await ask(url, "POST /api/v1/sessions", { json: again }), 401);
    for (const key of keys) await expect(storedObject(key)).rejects.toThrow(/key/i);
    expect((await ask(url, "DELETE /api/v1/me", asked)).status).toBe(204);
  });

  test("at both nodes at once, with many posts, through a failover: it is gone, and nobody gets an error", async () => {
    const [ada, bob] = [await newPerson(url), await newPerson(url)];
    for (const { id } of [ada, bob]) {
      await sql`insert into posts (id, account_id, body)
        select gen_random_uuid(), ${id}, 'Post' from generate_series(1, 3000)`;
    }
    const answers = await atBoth("DELETE /api/v1/me", { token: ada.token, json: { password: ada.password } });
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    const answer = await throughFailover("DELETE /api/v1/me", {
      token: bob.token,
      json: { password: bob.password },
    });
    expect(answer.status).toBe(204);
    for (const person of [ada, bob])
      expect(await rowsOf(person)).toEqual([{ accounts: 0, sessions: 0, posts: 0, keys: 0 }]);
  });
});
