import { readFileSync } from "node:fs";
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, expectProblem, logIn, newAccount, newPerson, type Person } from "./support/client.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let node: Node;
let ada: Person;

beforeAll(async () => {
  node = await startNode(settingsOf(await newDeployment(), "app-1"));
  ada = await newPerson(node.url);
});

afterAll(() => node.close());

test("every answer says which node gave it and to which request", async () => {
  const ordinary = await ask(node.url, "GET /health/live");
  expect(ordinary.headers.get("x-served-by")).toBe("app-1");
  expect(ordinary.headers.get("cache-control")).toBe("no-store");
  expect(ordinary.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);

  const chosen = await ask(node.url, "GET /nowhere", { headers: { "x-request-id": "my-own.id:1" } });
  expect(chosen.headers.get("x-request-id")).toBe("my-own.id:1");
  const insane = await ask(node.url, "GET /nowhere", { headers: { "x-request-id": "<script>" } });
  expect(insane.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("a node that has seen its database is ready", async () => {
  await expect.poll(async () => (await ask(node.url, "GET /health")).status).toBe(200);
});

test("signing up makes an account under a folded handle; handle and email are taken then", async () => {
  const { handle, email, password } = newAccount();
  const made = await ask(node.url, "POST /api/v1/users", {
    json: { handle: handle.toUpperCase(), email, password },
  });
  expect(made.status).toBe(201);
  expect(made.body).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), handle });

  const again = { handle, email: `other-${email}`, password };
  expectProblem(await ask(node.url, "POST /api/v1/users", { json: again }), 409, "handle-taken");
  const sameEmail = { handle: `${handle}-2`, email: email.toUpperCase(), password };
  expectProblem(await ask(node.url, "POST /api/v1/users", { json: sameEmail }), 409, "email-taken");
});

test("an access token verifies with the published keys", async () => {
  const { body, headers } = await ask(node.url, "GET /.well-known/jwks.json");
  expect(headers.get("cache-control")).toBe("public, max-age=300");
  expect(body.keys).toHaveLength(2);
  for (const key of body.keys)
    expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
  const { payload, protectedHeader } = await jwtVerify(ada.token, createLocalJWKSet(body));
  expect(protectedHeader).toMatchObject({ alg: "EdDSA", kid: body.keys[0].kid });
  expect(payload.sub).toBe(ada.id);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
});

test("a wrong password and an unknown handle get the same answer", async () => {
  const wrong = await ask(node.url, "POST /api/v1/sessions", {
    json: { handle: ada.handle, password: "not that" },
  });
  const unknown = await ask(node.url, "POST /api/v1/sessions", {
    json: { handle: "nobody", password: "not that" },
  });
  expectProblem(wrong, 401);
  expectProblem(unknown, 401);
  expect(wrong.body.detail).toBe(unknown.body.detail);
});

test("the profile is the owner's to change and anyone's to see", async () => {
  const { token, handle } = ada;
  const changed = await ask(node.url, "PATCH /api/v1/me", {
    token,
    json: { displayName: "Ada", bio: "Röckchen 👩‍💻" },
  });
  expect(changed.status).toBe(200);
  const mine = await ask(node.url, "GET /api/v1/me", { token });
  expect(mine.body).toEqual(changed.body);
  expect(mine.body).toMatchObject({
    id: ada.id,
    handle,
    email: ada.email,
    displayName: "Ada",
    avatarUrl: null,
  });

  const partly = await ask(node.url, "PATCH /api/v1/me", { token, json: { bio: "" } });
  expect(partly.body).toMatchObject({ displayName: "Ada", bio: "" });

  const { body: seen } = await ask(node.url, `GET /api/v1/users/${handle.toUpperCase()}`);
  expect(seen).toMatchObject({ handle, displayName: "Ada" });
  expect(seen).not.toHaveProperty("email");
  expectProblem(await ask(node.url, "GET /api/v1/users/nobody-here"), 404);
  expectProblem(await ask(node.url, "GET /api/v1/me"), 401);
});

test("posts come newest first, page by page, each once", async () => {
  const { token, handle } = await newPerson(node.url);
  expect((await ask(node.url, `GET /api/v1/users/${handle}/posts`)).body).toEqual({
    items: [],
    nextCursor: null,
  });
  const made: unknown[] = [];
  for (let number = 1; number <= 7; number++) {
    const post = await ask(node.url, "POST /api/v1/me/posts", { token, json: { body: `post ${number}` } });
    expect(post.status).toBe(201);
    made.unshift(post.body);
  }
  const seen: unknown[] = [];
  const pages: number[] = [];
  let cursor = "";
  do {
    const { body } = await ask(node.url, `GET /api/v1/users/${handle}/posts?limit=3${cursor}`);
    seen.push(...body.items);
    pages.push(body.items.length);
    cursor = body.nextCursor === null ? "" : `&cursor=${body.nextCursor}`;
  } while (cursor !== "");
  expect(pages).toEqual([3, 3, 1]);
  expect(seen).toEqual(made);
});

test("posts made in the same millisecond are neither skipped nor shown twice", async () => {
  const { token, handle } = await newPerson(node.url);
  const bodies = Array.from({ length: 25 }, (_, number) => `at once ${number}`);
  const made = await Promise.all(
    bodies.map((body) => ask(node.url, "POST /api/v1/me/posts", { token, json: { body } })),
  );
  const seen: string[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await ask(node.url, `GET /api/v1/users/${handle}/posts?limit=2${cursor}`);
    seen.push(...body.items.map((post: { id: string }) => post.id));
    if (body.nextCursor === null) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(seen.toSorted()).toEqual(made.map(({ body }) => body.id).toSorted());
});

test("the page for people needs no script and escapes what people write", async () => {
  const { token, handle } = await newPerson(node.url);
  const evil = `<script>alert("1")</script>'`;
  await ask(node.url, "PATCH /api/v1/me", { token, json: { displayName: evil, bio: evil } });
  await ask(node.url, "POST /api/v1/me/posts", { token, json: { body: evil } });
  const page = await ask(node.url, `GET /u/${handle}`);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; /,
  );
  expect(page.body).not.toContain("<script");
  expect(page.body.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&#39;/g)).toHaveLength(4);

  const missing = await ask(node.url, "GET /u/nobody-here");
  expect(missing.status).toBe(404);
  expect(missing.headers.get("content-type")).toMatch(/^text\/html/);
});

test("the document describes every route of the API", async () => {
  const { body } = await ask(node.url, "GET /openapi.json");
  const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.filter((route) => !route.startsWith("HEAD")).sort()).toEqual(
    [
      "GET /.well-known/jwks.json",
      "DELETE /api/v1/sessions",
      "GET /api/v1/me",
      "DELETE /api/v1/me",
      "DELETE /api/v1/me/avatar",
      "GET /api/v1/me/export",
      "PUT /api/v1/me/password",
      "PATCH /api/v1/me/posts/{id}",
      "DELETE /api/v1/me/posts/{id}",
      "GET /api/v1/me/sessions",
      "DELETE /api/v1/me/sessions",
      "DELETE /api/v1/me/sessions/{id}",
      "GET /api/v1/posts/{id}",
      "GET /api/v1/users/{handle}",
      "GET /api/v1/users/{handle}/posts",
      "GET /health",
      "GET /health/deep",
      "GET /health/live",
      "PATCH /api/v1/me",
      "POST /api/v1/me/posts",
      "POST /api/v1/sessions",
      "POST /api/v1/sessions/refresh",
      "POST /api/v1/users",
      "PUT /api/v1/me/avatar",
    ].sort(),
  );
  const docs = await ask(node.url, "GET /docs/");
  expect(docs.status).toBe(200);
  expect(docs.body).toContain("swagger-ui");
});

test("health tells of every dependency, and metrics are for the inside only", async () => {
  const deep = await ask(node.url, "GET /health/deep");
  expect(deep.status).toBe(200);
  expect(
    deep.body.dependencies.map(({ name, state }: { name: string; state: string }) => [name, state]),
  ).toEqual([
    ["database", "up"],
    ["object-store", "up"],
  ]);
  const inside = await ask(node.url, "GET /metrics");
  expect(inside.body).toContain(
    'capstone_http_request_duration_seconds_count{method="POST",route="/api/v1/users"',
  );
  expect(inside.body).toContain('capstone_database_pool{what="open"}');
  const throughProxy = { headers: { "x-forwarded-for": "192.0.2.1" } };
  expectProblem(await ask(node.url, "GET /metrics", throughProxy), 404);
});

test("log-out ends access and refresh tokens at once, and is repeatable", async () => {
  const { token, refreshToken } = await logIn(node.url, ada);
  expect((await ask(node.url, "DELETE /api/v1/sessions", { token })).status).toBe(204);
  expect((await ask(node.url, "DELETE /api/v1/sessions", { token })).status).toBe(204);
  expectProblem(await ask(node.url, "POST /api/v1/sessions/refresh", { json: { refreshToken } }), 401);
  expectProblem(await ask(node.url, "GET /api/v1/me", { token }), 401);
  expectProblem(await ask(node.url, "PATCH /api/v1/me", { token, json: { bio: "x" } }), 401);
  expectProblem(await ask(node.url, "POST /api/v1/me/posts", { token, json: { body: "x" } }), 401);
  expectProblem(await ask(node.url, "PUT /api/v1/me/avatar", { token, bytes: new Uint8Array(20) }), 401);
  // Another session of the same account lives on.
  expect((await ask(node.url, "GET /api/v1/me", { token: ada.token })).status).toBe(200);
});

test("the release that runs needs the newest migration there is", async () => {
  const { neededMigration } = await import("../../app/database/types.ts");
  const { body } = await ask(node.url, "GET /metrics");
  expect(body).toContain('capstone_release_info{image="test",commit="test"} 1');
  const file = new URL(`../../migrations/${neededMigration}.ts`, import.meta.url);
  expect(readFileSync(file, "utf8")).toContain("export async function up");
});
