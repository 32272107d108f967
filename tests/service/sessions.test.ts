import type postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, expectProblem, logIn, newPerson, type Person } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { type Deployment, type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let deployment: Deployment;
let nodes: [Node, Node];
let person: Person;
let outside: postgres.Sql;

beforeAll(async () => {
  deployment = await newDeployment();
  nodes = [
    await startNode(settingsOf(deployment, "app-1")),
    await startNode(settingsOf(deployment, "app-2")),
  ];
  person = await newPerson(nodes[0].url);
  outside = superuser(deployment.databaseName);
});

afterAll(async () => {
  await outside.end();
  await Promise.all(nodes.map((node) => node.close()));
});

const refresh = (refreshToken: string, node = nodes[0]) =>
  ask(node.url, "POST /api/v1/sessions/refresh", { json: { refreshToken } });

test("a refresh token is exchanged for a new pair, on any node", async () => {
  const { refreshToken, token } = await logIn(nodes[0].url, person);
  const rotated = await refresh(refreshToken, nodes[1]);
  expect(rotated.status).toBe(200);
  expect(rotated.body).toEqual({
    accessToken: expect.any(String),
    refreshToken: expect.stringMatching(/^[\w-]{43}$/),
    expiresIn: 900,
  });
  expect(rotated.body.refreshToken).not.toBe(refreshToken);
  for (const each of [token, rotated.body.accessToken]) {
    expect((await ask(nodes[0].url, "GET /api/v1/me", { token: each })).status).toBe(200);
  }
});

test("whoever lost the answer gets the same token again, on any node, also at once", async () => {
  const { refreshToken } = await logIn(nodes[0].url, person);
  const replies = await Promise.all([
    refresh(refreshToken),
    refresh(refreshToken, nodes[1]),
    refresh(refreshToken),
  ]);
  const tokens = replies.map((reply) => reply.body.refreshToken);
  expect(new Set(tokens).size).toBe(1);
  expect((await refresh(tokens[0], nodes[1])).status).toBe(200);
});

test("a token that is used again after its successor was used ends the session, for thief and owner", async () => {
  const { refreshToken: stolen } = await logIn(nodes[0].url, person);
  const second = await refresh(stolen);
  const third = await refresh(second.body.refreshToken);
  expect(third.status).toBe(200);
  expectProblem(await refresh(stolen, nodes[1]), 401);
  expectProblem(await refresh(third.body.refreshToken), 401);
  expectProblem(await ask(nodes[1].url, "GET /api/v1/me", { token: third.body.accessToken }), 401);
  // Other sessions are not concerned.
  expect((await ask(nodes[1].url, "GET /api/v1/me", { token: person.token })).status).toBe(200);
});

test("after the grace a used token ends the session even if its successor is unused", async () => {
  const { refreshToken } = await logIn(nodes[0].url, person);
  const rotated = await refresh(refreshToken);
  await outside`update refresh_tokens set used_at = used_at - interval '2 minutes' where used_at is not null`;
  expectProblem(await refresh(refreshToken), 401);
  expectProblem(await refresh(rotated.body.refreshToken), 401);
});

test("a session that ran out, and a token that never was, are refused", async () => {
  const { refreshToken } = await logIn(nodes[0].url, person);
  await outside`update sessions set expires_at = now() where id in (
    select session_id from refresh_tokens where created_at = (select max(created_at) from refresh_tokens))`;
  expectProblem(await refresh(refreshToken), 401);
  expectProblem(await refresh("A".repeat(43)), 401);
});

test("the database holds no token, only hashes", async () => {
  const { refreshToken } = await logIn(nodes[0].url, person);
  const rows =
    await outside`select encode(hash, 'base64') as hash, encode(hash, 'escape') as raw from refresh_tokens`;
  expect(rows.length).toBeGreaterThan(0);
  for (const { hash, raw } of rows) {
    expect(hash).not.toContain(refreshToken);
    expect(raw).not.toContain(refreshToken);
  }
});

test("rotating the signing key logs nobody out, and a refresh in between finds its successor", async () => {
  const { refreshToken } = await logIn(nodes[0].url, person);
  const rotated = await refresh(refreshToken);
  const signingKeys = { ...deployment.seeds, activeGeneration: "2" };
  const next = await startNode(settingsOf(deployment, "app-3", { signingKeys }));
  try {
    expect((await ask(next.url, "GET /api/v1/me", { token: rotated.body.accessToken })).status).toBe(200);
    const again = await refresh(refreshToken, next);
    expect(again.body.refreshToken).toBe(rotated.body.refreshToken);
    // What the new key signs, nodes of the old deployment verify.
    expect((await ask(nodes[0].url, "GET /api/v1/me", { token: again.body.accessToken })).status).toBe(200);
  } finally {
    await next.close();
  }
});
