import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, expectProblem, newAccount, newPerson, type Person } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

/** On a busy machine too the counters are waited for. */
const limitPatienceMs = 60_000;

let node: Node;
let url: string;
let ada: Person;

beforeAll(async () => {
  node = await startNode(settingsOf(await newDeployment(), "app-1", { limitPatienceMs }));
  url = node.url;
  ada = await newPerson(url);
});

afterAll(() => node.close());

describe("what is refused at a sign-up", () => {
  test.each([
    ...["admin", "Support", "well-known", "r00t", "adm1n", "a-d-m-i-n", "capstone"],
    ...["5upport", "4dm1n", "rnoderator", "VVebmaster", "s3cur1ty", "_hostrnaster_"],
  ])("the handle %s", async (handle) => {
    const json = { ...newAccount(), handle };
    expectProblem(await ask(url, "POST /api/v1/users", { json }), 409, "handle-taken");
  });

  test.each([
    ["Cyrillic letters", "\u0430dmin"],
    ["a zero-width space", "ada\u200b1"],
    ["a full-width letter", "\uff41dmin"],
    ["an accent of its own", "ada\u0301_l"],
  ])("a handle with %s", async (_name, handle) => {
    expectProblem(await ask(url, "POST /api/v1/users", { json: { ...newAccount(), handle } }), 400);
  });

  test("what is like a reserved handle in part is nobody's but who takes it", async () => {
    for (const handle of ["administer", "modern", "rooted_1", "helper"])
      expect((await ask(url, "POST /api/v1/users", { json: { ...newAccount(), handle } })).status).toBe(201);
  });

  test.each(["password", "PASSWORD1", "12345678", "aaaaaaaa", "abababab", "qwertyuiop"])(
    "the password %s",
    async (password) => {
      const json = { ...newAccount(), password };
      expectProblem(await ask(url, "POST /api/v1/users", { json }), 400, "known-password");
    },
  );

  test("the account's own names as its password, at a sign-up and later", async () => {
    const account = newAccount();
    for (const password of [account.handle.toUpperCase(), account.email]) {
      const json = { ...account, password };
      expectProblem(await ask(url, "POST /api/v1/users", { json }), 400, "known-password");
    }
    const json = { currentPassword: ada.password, newPassword: ada.email };
    expectProblem(
      await ask(url, "PUT /api/v1/me/password", { token: ada.token, json }),
      400,
      "known-password",
    );
  });
});

describe("what looks empty or hides something", () => {
  test.each([
    ...[" ", "\u200b", "\u3164\u2800", "\n\t ", "\u00ad\ufeff", "\u0301"],
    ...["\u034f\u180e", "\u{e0041}\u{e0100}", "\u{1d159}", "\ufffc", "\u2060\u00a0\u3000"],
  ])("a post of nothing that can be seen, new or changed: %j", async (body) => {
    const { token } = ada;
    expectProblem(await ask(url, "POST /api/v1/me/posts", { token, json: { body } }), 400);
    const { body: post } = await ask(url, "POST /api/v1/me/posts", { token, json: { body: "Seen" } });
    expectProblem(await ask(url, `PATCH /api/v1/me/posts/${post.id}`, { token, json: { body } }), 400);
  });

  test.each([".", "\u{1f600}", "\u0e01\u0e33", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"])(
    "a post of one visible sign is a post: %j",
    async (body) => {
      expect((await ask(url, "POST /api/v1/me/posts", { token: ada.token, json: { body } })).status).toBe(
        201,
      );
    },
  );

  test.each([
    ...["Ada\u202eevil", "Ada\u200b", "two\nlines", "\u2066x"],
    ...["   ", "\u200d", "Ad\u200da", "Ada\u{e0041}", "Ada\u3164", "\u2800", "A\u034fda"],
  ])("a name: %j", async (displayName) => {
    expectProblem(await ask(url, "PATCH /api/v1/me", { token: ada.token, json: { displayName } }), 400);
  });

  test.each([
    ...["", "Ada", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u5c0f\u6797"],
    ...[
      "1\ufe0f\u20e3",
      "Ada \u{1f469}\u200d\u{1f467}",
      "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    ],
  ])("a name as people have them is none of it: %j", async (displayName) => {
    const reply = await ask(url, "PATCH /api/v1/me", { token: ada.token, json: { displayName } });
    expect([reply.status, reply.body.displayName]).toEqual([200, displayName]);
  });
});

describe("guessing passwords", () => {
  const windowSeconds = 900;
  const limits = {
    logInFailuresPerAccountAndAddress: { count: 3, windowSeconds },
    logInFailuresPerAccount: { count: 5, windowSeconds },
    logInFailuresPerAddress: { count: 8, windowSeconds },
  };
  let guarded: Node;
  let sql: ReturnType<typeof superuser>;

  beforeAll(async () => {
    const deployment = await newDeployment(limits);
    sql = superuser(deployment.databaseName);
    guarded = await startNode(settingsOf(deployment, "app-9", { limitPatienceMs }));
  });
  afterAll(async () => {
    await guarded.close();
    await sql.end();
  });

  const logIn = (handle: string, password: string, address: string) =>
    ask(guarded.url, "POST /api/v1/sessions", {
      json: { handle, password },
      headers: { "x-forwarded-for": address },
    });
  const pass = (seconds: number) =>
    sql`update rate_limits set resets_at = resets_at - make_interval(secs => ${seconds})`;

  test("many strangers slow nobody down who logs in from where they did before", async () => {
    const { handle, password } = await newPerson(guarded.url);
    expect((await logIn(handle, password, "198.51.100.7")).status).toBe(200);
    for (let guess = 0; guess < 6; guess++) await logIn(handle, `guess ${guess}`, `203.0.113.${guess}`);
    expectProblem(await logIn(handle, password, "203.0.113.99"), 429);
    expect((await logIn(handle, password, "198.51.100.7")).status).toBe(200);
  });

  test("one who tries a list from the same address neither", async () => {
    const { handle, password } = await newPerson(guarded.url);
    const address = "198.51.100.8";
    expect((await logIn(handle, password, address)).status).toBe(200);
    const { handle: other, password: right } = await newPerson(guarded.url);
    for (let guess = 0; guess < 9; guess++) await logIn(`listed-${guess}`, "guess", address);
    expectProblem(await logIn(other, right, address), 429);
    expect((await logIn(handle, password, address)).status).toBe(200);
  });

  test("whoever guessed too often is slowed down and not shut out: one try for each pause", async () => {
    const { handle, password } = await newPerson(guarded.url);
    const address = "198.51.100.9";
    const pauseSeconds = windowSeconds / limits.logInFailuresPerAccountAndAddress.count;
    for (let guess = 0; guess < 3; guess++) expectProblem(await logIn(handle, "guess", address), 401);
    for (let turn = 0; turn < 2; turn++) {
      const slowed = await logIn(handle, password, address);
      expectProblem(slowed, 429, "too-many-requests");
      expect(Number(slowed.headers.get("retry-after"))).toBeLessThanOrEqual(pauseSeconds);
      expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(pauseSeconds - 120);
      await pass(pauseSeconds);
      if (turn === 0) expectProblem(await logIn(handle, "guess", address), 401);
    }
    expect((await logIn(handle, password, address)).status).toBe(200);
    await pass(windowSeconds);
    for (let guess = 0; guess < 3; guess++) expectProblem(await logIn(handle, "guess", address), 401);
    expectProblem(await logIn(handle, "guess", address), 429);
  });
});
