import { createHmac, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Ask,
  ask,
  expectProblem,
  newAccount,
  newPerson,
  type Person,
  type Reply,
} from "./support/client.ts";
import { type Deployment, type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let deployment: Deployment;
let node: Node;
let person: Person;

beforeAll(async () => {
  deployment = await newDeployment();
  node = await startNode(settingsOf(deployment, "app-1"));
  person = await newPerson(node.url);
});

afterAll(() => node.close());

/** A 4xx problem document, whichever. */
function expectRefusal(reply: Reply): void {
  expect(reply.status, JSON.stringify(reply.body)).toBeGreaterThanOrEqual(400);
  expectProblem(reply, Math.min(reply.status, 499));
}

const account = newAccount();
const notText: [string, unknown][] = [
  ["a number", 5],
  ["null", null],
  ["an array", ["ada"]],
  ["an object", { toString: "ada" }],
  ["true", true],
  ["a NUL", "ada\0ada1"],
  ["half a surrogate pair", "ada\ud800ada"],
];

describe("bodies", () => {
  const bodies: [string, unknown][] = [
    ...notText.map(([name, value]): [string, unknown] => [`handle: ${name}`, { ...account, handle: value }]),
    ...notText.map(([name, value]): [string, unknown] => [`email: ${name}`, { ...account, email: value }]),
    ...notText.map(([name, value]): [string, unknown] => [
      `password: ${name}`,
      { ...account, password: value },
    ]),
    ["handle: too short", { ...account, handle: "ab" }],
    ["handle: too long", { ...account, handle: "a".repeat(41) }],
    ["handle: a path", { ...account, handle: "../../etc/passwd" }],
    ["handle: dots", { ...account, handle: "..." }],
    ["handle: SQL", { ...account, handle: "x'; drop table accounts; --" }],
    ["handle: a header", { ...account, handle: "ada\r\nset-cookie: a=b" }],
    ["handle: another alphabet's a", { ...account, handle: "аda" }],
    ["handle: a line feed at its end", { ...account, handle: `${account.handle}\n` }],
    ["email: no @", { ...account, email: "example.org" }],
    ["email: two lines", { ...account, email: "a@example.org\r\nbcc: b@example.org" }],
    [
      "email: too long",
      { ...account, email: `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}` },
    ],
    ["password: too short", { ...account, password: "1234567" }],
    ["password: too long", { ...account, password: "p".repeat(201) }],
    ["a member too many", { ...account, isAdmin: true }],
    ["a member too few", { handle: account.handle }],
    ["an array", [account]],
    ["a text", "account"],
    ["null", null],
    ["a number", 1],
  ];
  test.each(bodies)("sign-up refuses %s", async (_name, json) => {
    expectProblem(await ask(node.url, "POST /api/v1/users", { json }), 400);
  });

  test("and none of it made an account", async () => {
    expect((await ask(node.url, `GET /api/v1/users/${account.handle}`)).status).toBe(404);
  });

  const raw: [string, string, number][] = [
    ["no JSON", "{", 400],
    ["nothing", "", 400],
    ["a prototype", `{"__proto__": {"handle": "ada"}, "handle": "ada"}`, 400],
    ["a constructor's prototype", `{"constructor": {"prototype": {"x": 1}}}`, 400],
    ["deep arrays", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, 400],
    ["deep objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, 400],
    ["a number without end", `{"handle": ${"9".repeat(50_000)}}`, 400],
    ["100 kB", JSON.stringify({ ...account, handle: "a".repeat(100_000) }), 413],
    ["bytes that are no UTF-8", "\xff\xfe\xfa", 400],
  ];
  test.each(raw)("sign-up refuses %s", async (_name, text, status) => {
    const bytes = Buffer.from(text, "latin1");
    const headers = { "content-type": "application/json" };
    expectProblem(await ask(node.url, "POST /api/v1/users", { bytes, headers }), status);
  });

  test.each([
    [
      "a password",
      `{"handle":"${account.handle}","email":"${account.email}","password":"pass \xe4\xf6\xfc 1"}`,
    ],
    [
      "a byte too few",
      `{"handle":"${account.handle}","email":"${account.email}","password":"pass \xc3 1 2"}`,
    ],
    [
      "half a surrogate pair",
      `{"handle":"${account.handle}","email":"${account.email}","password":"\xed\xa0\x80 1 2 3"}`,
    ],
  ])("%s that is not UTF-8 is refused, and none is like another", async (_name, text) => {
    const bytes = Buffer.from(text, "latin1");
    const headers = { "content-type": "application/json" };
    expectProblem(await ask(node.url, "POST /api/v1/users", { bytes, headers }), 400, "not-utf-8");
    const logIn = Buffer.from(text.replace(/"email":"[^"]*",/, ""), "latin1");
    expectProblem(await ask(node.url, "POST /api/v1/sessions", { bytes: logIn, headers }), 400, "not-utf-8");
  });

  test.each(["iso-8859-1", '"UTF-16"', "latin1"])("JSON in the charset %s is refused", async (charset) => {
    const headers = { "content-type": `application/json; charset=${charset}` };
    expectProblem(await ask(node.url, "POST /api/v1/users", { json: newAccount(), headers }), 415);
  });

  test.each(["utf-8", '"UTF-8"', "utf8"])("JSON in the charset %s is taken", async (charset) => {
    const headers = { "content-type": `application/json; charset=${charset}` };
    expect((await ask(node.url, "POST /api/v1/users", { json: newAccount(), headers })).status).toBe(201);
  });

  test.each([
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "☃",
  ])("a body of the content type %s is refused", async (type) => {
    const headers = { "content-type": encodeURI(type) };
    const reply = await ask(node.url, "POST /api/v1/users", { bytes: Buffer.from("a=b"), headers });
    expectProblem(reply, 415);
  });

  test.each([
    ["an empty post", { body: "" }],
    ["a post of 5,001 characters", { body: "x".repeat(5_001) }],
    ["a post with a NUL", { body: "a\0b" }],
    ["a post with half a surrogate pair", { body: "\udc00" }],
    ["a post that is an object", { body: { body: "x" } }],
    ["a post with its own id", { body: "x", id: "00000000-0000-0000-0000-000000000000" }],
  ])("%s is refused", async (_name, json) => {
    expectProblem(await ask(node.url, "POST /api/v1/me/posts", { token: person.token, json }), 400);
  });

  test.each([
    ["nothing", {}],
    ["another's email", { email: "x@example.org" }],
    ["a name that is too long", { displayName: "x".repeat(81) }],
    ["a bio with a NUL", { bio: "\0" }],
    ["a handle", { handle: "other" }],
  ])("a profile does not take %s", async (_name, json) => {
    expectProblem(await ask(node.url, "PATCH /api/v1/me", { token: person.token, json }), 400);
  });

  test("text that looks dangerous is text, and comes back as it was", async () => {
    const body = `'; drop table posts; -- <script>alert(1)</script> \${7*7} {{7*7}} %00 \\u0000 ‮ 👩‍👩‍👧‍👦 ${"é".normalize("NFD")}`;
    const post = await ask(node.url, "POST /api/v1/me/posts", { token: person.token, json: { body } });
    expect([post.status, post.body.body]).toEqual([201, body]);
    const { body: page } = await ask(node.url, `GET /api/v1/users/${person.handle}/posts?limit=1`);
    expect(page.items[0].body).toBe(body);
  });
});

describe("addresses", () => {
  test.each([
    "/api/v1/users/..%2f..%2fetc%2fpasswd",
    "/api/v1/users/%00",
    "/api/v1/users/%ff%fe",
    "/api/v1/users/%",
    "/api/v1/users/ada%0d%0aset-cookie:a=b",
    "/api/v1/users/ada'%20or%20'1'='1",
    "/api/v1/users/__proto__",
    "/api/v1/users/constructor",
    `/api/v1/users/${"a".repeat(3_000)}`,
    "/api/v1/users//posts",
    "/api/v1/../../etc/passwd",
    "/u/%2e%2e%2f",
    "/docs/..%2f..%2fpackage.json",
    "/docs/static/..%2f..%2f..%2fpackage.json",
    "/.env",
    "/nowhere",
  ])("%s", async (path) => {
    const reply = await ask(node.url, `GET ${path}`);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(reply.headers.get("x-served-by")).toBe("app-1");
    expect(reply.headers.get("set-cookie")).toBeNull();
  });

  test.each([
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=1.5",
    "limit=ten",
    "limit=1e2x",
    "limit=1e1",
    "limit=0x10",
    "limit=true",
    "limit=%2B5",
    "limit=%205",
    "limit=",
    "limit=1&limit=2",
    "limit=99999999999999999999",
    "cursor=",
    "cursor=x",
    "cursor=%00",
    `cursor=${"A".repeat(29)}`,
    `cursor=${"_".repeat(30)}`,
    `cursor=${"/".repeat(30)}`,
    `cursor=${"A".repeat(5_000)}`,
    "cursor=a&cursor=b",
    "cursor='%20or%201=1",
  ])("a page with %s is refused", async (query) => {
    expectProblem(await ask(node.url, `GET /api/v1/users/${person.handle}/posts?${query}`), 400);
  });

  test("a method that an address does not have is told which it has", async () => {
    const reply = await ask(node.url, "DELETE /api/v1/users/ada");
    expectProblem(reply, 405);
    expect(reply.headers.get("allow")).toBe("GET, HEAD");
    expectProblem(await ask(node.url, "PUT /nowhere"), 404);
    // Whatever else is wrong with it.
    const headers = { "content-type": "text/plain" };
    for (const method of ["QUERY", "PROPFIND", "PATCH"]) {
      const bytes = Buffer.from("{");
      expectProblem(await ask(node.url, `${method} /api/v1/users/ada`, { bytes, headers }), 405);
      expectProblem(await ask(node.url, `${method} /nowhere`, { bytes, headers }), 404);
    }
    expectProblem(await ask(node.url, "QUERY /api/v1/users/ada"), 405);
  });
});

describe("access tokens", () => {
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const parts = (token: string) => token.split(".") as [string, string, string];
  const decoded = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());

  /** A token signed with the deployment's own key, as a leak elsewhere might produce. */
  function signed(changes: { header?: object; payload?: object }): string {
    const [header, payload] = parts(person.token);
    const seed = deployment.seeds.seeds.get("1") as Buffer;
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    const head = base64({ ...decoded(header), ...changes.header });
    const body = base64({ ...decoded(payload), ...changes.payload });
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    return `${head}.${body}.${sign(null, Buffer.from(`${head}.${body}`), key).toString("base64url")}`;
  }

  const withHeader = (header: object, signature: (input: string) => string) => {
    const [old, payload] = parts(person.token);
    const input = `${base64({ ...decoded(old), ...header })}.${payload}`;
    return `${input}.${signature(input)}`;
  };
  const foreign = generateKeyPairSync("ed25519");
  const now = Math.floor(Date.now() / 1000);

  test("the forger's tool makes good tokens, so what follows is refused for its change alone", async () => {
    expect((await ask(node.url, "GET /api/v1/me", { token: signed({}) })).status).toBe(200);
  });

  const forged: [string, () => string][] = [
    ["alg none", () => withHeader({ alg: "none" }, () => "")],
    ["alg none with the old signature", () => withHeader({ alg: "none" }, () => parts(person.token)[2])],
    [
      "alg HS256 with the public key as secret",
      () => {
        const kid = decoded(parts(person.token)[0]).kid;
        const key = node.app.signingKeys.publicSet.keys.find((each) => each.kid === kid);
        return withHeader({ alg: "HS256" }, (input) =>
          createHmac("sha256", Buffer.from(key?.x ?? "", "base64url"))
            .update(input)
            .digest("base64url"),
        );
      },
    ],
    ["alg RS256", () => withHeader({ alg: "RS256" }, () => "AAAA")],
    ["another key id", () => signed({ header: { kid: "unknown" } })],
    ["no key id", () => signed({ header: { kid: undefined } })],
    ["a key id that is an object", () => signed({ header: { kid: { toString: 1 } } })],
    ["a key id that is a path", () => signed({ header: { kid: "../../../dev/null" } })],
    [
      "a key of its own in its header",
      () =>
        withHeader({ jwk: foreign.publicKey.export({ format: "jwk" }) }, (input) =>
          sign(null, Buffer.from(input), foreign.privateKey).toString("base64url"),
        ),
    ],
    ["a critical extension", () => signed({ header: { crit: ["x"], x: 1 } })],
    ["another type", () => signed({ header: { typ: "JWT" } })],
    ["a time that is over", () => signed({ payload: { exp: now - 60 } })],
    ["a time that has not come", () => signed({ payload: { nbf: now + 600 } })],
    ["no end", () => signed({ payload: { exp: undefined } })],
    ["an end that is a text", () => signed({ payload: { exp: "never" } })],
    ["another issuer", () => signed({ payload: { iss: "someone" } })],
    ["another audience", () => signed({ payload: { aud: "something" } })],
    ["no subject", () => signed({ payload: { sub: undefined } })],
    ["no session", () => signed({ payload: { sid: undefined } })],
    [
      "another payload",
      () => {
        const [header, payload, signature] = parts(person.token);
        return `${header}.${base64({ ...decoded(payload), sub: "00000000-0000-0000-0000-000000000000" })}.${signature}`;
      },
    ],
    ["no signature", () => `${parts(person.token).slice(0, 2).join(".")}.`],
    ["nothing but dots", () => ".."],
    ["no JSON", () => "e30.e30.e30"],
    ["8 kB", () => `${"a".repeat(4_000)}.${"b".repeat(4_000)}.c`],
  ];
  test.each(forged)("%s is refused", async (_name, token) => {
    expectProblem(await ask(node.url, "GET /api/v1/me", { token: token() }), 401);
    expectProblem(await ask(node.url, "POST /api/v1/me/posts", { token: token(), json: { body: "x" } }), 401);
  });

  test.each([
    ["a subject that is no account", { sub: "00000000-0000-0000-0000-000000000000" }],
    ["a subject that is no id", { sub: "ada" }],
    ["a session that is no id", { sid: "' or 1=1" }],
    ["a session of nobody", { sid: "00000000-0000-0000-0000-000000000000" }],
  ])("rightly signed, but with %s: refused", async (_name, payload) => {
    const token = signed({ payload });
    expectProblem(await ask(node.url, "GET /api/v1/me", { token }), 401);
    expectProblem(await ask(node.url, "POST /api/v1/me/posts", { token, json: { body: "x" } }), 401);
    expectProblem(await ask(node.url, "PATCH /api/v1/me", { token, json: { bio: "x" } }), 401);
    expect((await ask(node.url, "DELETE /api/v1/sessions", { token })).status).toBeLessThan(500);
  });

  test.each(["Basic YTpi", "Bearer", "Bearer a b c", "bearer", "Token x", ""])(
    "the header 'authorization: %s' is refused",
    async (authorization) => {
      const reply = await ask(node.url, "GET /api/v1/me", { headers: { authorization } });
      expectProblem(reply, 401);
      expect(reply.headers.get("www-authenticate")).toBe("Bearer");
    },
  );

  test.each([
    ["a refresh token that is an access token", () => ({ refreshToken: person.token })],
    ["a refresh token that is SQL", () => ({ refreshToken: "' or 1=1 --" })],
    ["no refresh token", () => ({})],
  ])("%s", async (_name, json) => {
    expectRefusal(await ask(node.url, "POST /api/v1/sessions/refresh", { json: json() }));
  });
});

describe("what is no HTTP", () => {
  /** Sends bytes and reads what comes until the end. */
  const exchange = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port, hostname } = new URL(node.url);
      const socket = connect({ port: Number(port), host: hostname }, () => socket.write(text, "latin1"));
      let answer = "";
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      socket.on("close", () => resolve(answer)).on("error", reject);
      socket.setTimeout(3_000, () => socket.end());
    });

  const requests: [string, string, number][] = [
    ["garbage", "GARBAGE\r\n\r\n", 400],
    ["headers of 32 kB", `GET / HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(32_768)}\r\n\r\n`, 431],
    ["an address of 32 kB", `GET /${"x".repeat(32_768)} HTTP/1.1\r\nhost: a\r\n\r\n`, 414],
    ["no host", "GET /health HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
    ["two hosts", "GET /health HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n", 400],
    [
      "an expectation that nobody knows",
      "POST /api/v1/users HTTP/1.1\r\nhost: a\r\nexpect: foo\r\ncontent-length: 2\r\n\r\n{}",
      417,
    ],
    ["CONNECT", "CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n", 405],
    ["a header with a NUL", "GET / HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n", 400],
    [
      "two lengths",
      "POST /api/v1/users HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
      400,
    ],
    [
      "a length and chunks",
      "POST /api/v1/users HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["a length below zero", "POST /api/v1/users HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n", 400],
    ["a bad percent sign", "GET /api/v1/users/%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", 400],
  ];
  test.each(requests)("%s gets a problem document", async (_name, request, status) => {
    const answer = await exchange(request);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.toLowerCase()).toContain("x-served-by: app-1");
    expect(answer.toLowerCase()).toContain("content-type: application/problem+json");
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)).status).toBe(status);
  });
});

test("a browser that asks for a page gets one, a program a problem document", async () => {
  const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  for (const what of ["GET /nowhere", "GET /api/v1/me", "PUT /api/v1/users/ada", "GET /u/nobody_here"]) {
    const page = await ask(node.url, what, { headers: { accept } });
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.body).toMatch(/<h1>(Not Found|Unauthorized|Method Not Allowed)<\/h1>/);
  }
  for (const any of ["*/*", "application/json, text/html"])
    expectProblem(await ask(node.url, "GET /nowhere", { headers: { accept: any } }), 404);
});

test("a token that is not accepted is told from one that is missing", async () => {
  const challenge = async (asked: Ask) =>
    (await ask(node.url, "GET /api/v1/me", asked)).headers.get("www-authenticate");
  expect(await challenge({})).toBe("Bearer");
  expect(await challenge({ token: "a.b.c" })).toBe('Bearer error="invalid_token"');
});

test("headers that came twice, and hostile ones, break nothing", async () => {
  const hostile: Ask = {
    headers: {
      "x-forwarded-for": "not an address, ::1, 999.1.1.1, 127.0.0.1",
      "x-request-id": "a".repeat(10_000),
      "idempotency-key": "x",
      accept: "image/*;q=none",
      cookie: "a=b; __proto__=c",
      "if-none-match": "*",
      range: "bytes=0-1,2-3",
    },
  };
  // Whatever there is, it says, it has already.
  expect((await ask(node.url, `GET /api/v1/users/${person.handle}`, hostile)).status).toBe(304);
  expectRefusal(await ask(node.url, "POST /api/v1/users", { ...hostile, json: {} }));
});

test("after all of it the node still serves, and nothing was its fault", async () => {
  expect((await ask(node.url, "GET /api/v1/me", { token: person.token })).status).toBe(200);
  const { body } = await ask(node.url, "GET /metrics");
  // 503 is what a node says that has too much to do at the moment.
  expect(body).not.toMatch(/capstone_http_request_duration_seconds_count\{[^}]*status="5(?!03)\d\d"/);
});
