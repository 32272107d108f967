import { connect } from "node:net";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, expectProblem, newPerson, type Person } from "./support/client.ts";
import { type Deployment, type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let deployment: Deployment;
let node: Node;
let ada: Person;

beforeAll(async () => {
  deployment = await newDeployment();
  node = await startNode(settingsOf(deployment, "app-1"));
  ada = await newPerson(node.url);
});

afterAll(() => node.close());

/** What goes over the wire; `fetch` would decompress it. */
async function get(path: string, headers: Record<string, string> = {}, method: "GET" | "HEAD" = "GET") {
  const reply = await request(node.url + path, { method, headers });
  return { status: reply.statusCode, headers: reply.headers, bytes: Buffer.from(await reply.body.bytes()) };
}

const post = (body: string) =>
  ask(node.url, "POST /api/v1/me/posts", { token: ada.token, json: { body } }).then(({ body: made }) => made);

describe("what has not changed is not sent again", () => {
  test.each([
    ["a profile", () => `/api/v1/users/${ada.handle}`],
    ["a list of posts", () => `/api/v1/users/${ada.handle}/posts`],
    ["a page", () => `/u/${ada.handle}`],
    ["the API's description", () => "/openapi.json"],
    ["the signing keys", () => "/.well-known/jwks.json"],
    ["the documentation's program", () => "/docs/static/swagger-ui-bundle.js"],
  ])("%s", async (_name, path) => {
    const first = await get(path());
    expect(first.status).toBe(200);
    const tag = first.headers.etag as string;
    expect(tag).toMatch(/^W\/"/);
    expect(first.headers["cache-control"]).toMatch(/^(no-cache|public, max-age=\d+)$/);
    const again = await get(path(), { "if-none-match": `"other", ${tag}` });
    expect([again.status, again.bytes.length, again.headers.etag]).toEqual([304, 0, tag]);
    expect((await get(path(), { "if-none-match": '"other"' })).bytes).toEqual(first.bytes);
    expect((await get(path(), { "if-none-match": tag }, "HEAD")).status).toBe(304);
  });

  test("what has changed is: the next read sees a write", async () => {
    const { id } = await post("Before");
    const [one, list] = [`/api/v1/posts/${id}`, `/api/v1/users/${ada.handle}/posts`];
    const tags = { one: (await get(one)).headers.etag, list: (await get(list)).headers.etag } as {
      one: string;
      list: string;
    };
    const json = { body: "After" };
    await ask(node.url, `PATCH /api/v1/me/posts/${id}`, { token: ada.token, json });
    const reads = [
      await get(one, { "if-none-match": tags.one }),
      await get(list, { "if-none-match": tags.list }),
    ];
    for (const { status, bytes } of reads) {
      expect(status).toBe(200);
      expect(bytes.toString()).toContain("After");
    }
  });

  test("a write, an error and what only its owner may see are kept by nobody", async () => {
    const any = { "if-none-match": "*" };
    const made = await ask(node.url, "POST /api/v1/me/posts", {
      token: ada.token,
      json: { body: "x" },
      headers: any,
    });
    expect(made.status).toBe(201);
    const missing = await ask(node.url, "GET /api/v1/users/nobody_here", { headers: any });
    expectProblem(missing, 404);
    const own = await ask(node.url, "GET /api/v1/me", { token: ada.token, headers: any });
    expect(own.status).toBe(200);
    for (const { headers } of [made, missing, own])
      expect([headers.get("etag"), headers.get("cache-control")]).toEqual([null, "no-store"]);
  });
});

describe("what is long is compressed", () => {
  const bundle = "/docs/static/swagger-ui-bundle.js";

  test("the documentation's program, to a third and less", async () => {
    const plain = await get(bundle);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    for (const [encoding, decompress] of [
      ["gzip", gunzipSync],
      ["br", brotliDecompressSync],
    ] as const) {
      const packed = await get(bundle, { "accept-encoding": encoding });
      expect(packed.headers["content-encoding"]).toBe(encoding);
      expect(packed.headers.vary).toMatch(/accept-encoding/i);
      expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 3);
      expect(decompress(packed.bytes).equals(plain.bytes)).toBe(true);
    }
  });

  test("a page of posts and an export; a short answer is not", async () => {
    for (let number = 0; number < 12; number++) await post(`Post ${number} ${"long words ".repeat(40)}`);
    for (const [path, headers] of [
      [`/api/v1/users/${ada.handle}/posts`, {}],
      [`/u/${ada.handle}`, {}],
      ["/api/v1/me/export", { authorization: `Bearer ${ada.token}` }],
    ] as const) {
      const plain = await get(path, headers);
      const packed = await get(path, { ...headers, "accept-encoding": "gzip" });
      expect(packed.headers["content-encoding"], path).toBe("gzip");
      expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 3);
      expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
      expect(packed.headers.etag).toBe(plain.headers.etag);
    }
    const short = await get("/health/live", { "accept-encoding": "gzip, br" });
    expect(short.headers["content-encoding"]).toBeUndefined();
  });

  test("not what is said before a body has come to its end: it would wait for that", async () => {
    const { hostname, port } = new URL(node.url);
    const socket = connect({ host: hostname, port: Number(port) });
    const answer = new Promise<string>((resolve) => socket.once("data", (chunk) => resolve(String(chunk))));
    socket.write(
      "GET /u/nobody_here HTTP/1.1\r\nhost: a\r\naccept: text/html\r\naccept-encoding: gzip, br\r\n" +
        "transfer-encoding: chunked\r\ncontent-type: text/plain\r\n\r\n",
    );
    expect(await answer).toMatch(/^HTTP\/1.1 4\d\d [\s\S]*<h1>/);
    socket.destroy();
  });
});

describe("pages of other origins", () => {
  const app = "https://app.example.com";
  const preflight = (url: string, origin: string) =>
    ask(url, "OPTIONS /api/v1/me/posts", {
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,idempotency-key",
      },
    });

  test("use nothing of the API unless they are named", async () => {
    expectProblem(await preflight(node.url, app), 405);
    const read = await ask(node.url, "GET /api/v1/users/nobody_here", { headers: { origin: app } });
    expect(read.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("use all of it where they are: reads, writes and what is refused; others do not", async () => {
    const open = await startNode(
      settingsOf(deployment, "app-2", { corsOrigins: [app, "http://localhost:5173"] }),
    );
    try {
      const allowed = await preflight(open.url, app);
      expect(allowed.status).toBe(204);
      expect(Object.fromEntries(allowed.headers)).toMatchObject({
        "access-control-allow-origin": app,
        "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": expect.stringContaining("idempotency-key"),
        "access-control-max-age": "600",
      });
      for (const what of [
        `GET /api/v1/users/${ada.handle}`,
        "GET /api/v1/me",
        "GET /nowhere",
        "POST /api/v1/users",
      ]) {
        const reply = await ask(open.url, what, { headers: { origin: app } });
        expect(reply.headers.get("access-control-allow-origin"), what).toBe(app);
        expect(reply.headers.get("access-control-expose-headers")).toContain("retry-after");
        expect(reply.headers.get("access-control-allow-credentials")).toBeNull();
        expect(reply.headers.get("vary")).toMatch(/origin/i);
      }
      for (const other of ["https://evil.example", "https://app.example.com.evil.example", "null"]) {
        expect((await preflight(open.url, other)).headers.get("access-control-allow-origin")).toBeNull();
        const read = await ask(open.url, `GET /api/v1/users/${ada.handle}`, { headers: { origin: other } });
        expect(read.headers.get("access-control-allow-origin")).toBeNull();
      }
    } finally {
      await open.close();
    }
  });

  test("use it from anywhere where that is said", async () => {
    const open = await startNode(settingsOf(deployment, "app-3", { corsOrigins: ["*"] }));
    try {
      expect((await preflight(open.url, app)).headers.get("access-control-allow-origin")).toBe("*");
    } finally {
      await open.close();
    }
  });
});
