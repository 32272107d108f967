import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, expectProblem, logIn, newAccount, newPerson } from "./support/client.ts";
import { superuser } from "./support/databases.ts";
import { type Deployment, type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let deployment: Deployment;
let nodes: Node[];
/** Longer than these tests take on any machine: what a window allows is counted, not when it ends. */
const windowSeconds = 3_600;
/** On a busy machine too the nodes count together. */
const limitPatienceMs = 60_000;

beforeAll(async () => {
  deployment = await newDeployment({
    writesPerAccount: { count: 120, windowSeconds },
    signUpsPerAddress: { count: 12, windowSeconds },
    logInFailuresPerAccountAndAddress: { count: 5, windowSeconds },
    logInFailuresPerAccount: { count: 8, windowSeconds },
    logInFailuresPerAddress: { count: 30, windowSeconds },
  });
  nodes = [
    await startNode(settingsOf(deployment, "app-1", { limitPatienceMs })),
    await startNode(settingsOf(deployment, "app-2", { limitPatienceMs })),
  ];
});

afterAll(() => Promise.all(nodes.map((node) => node.close())));

const urlOf = (number: number) => (nodes[number % 2] as Node).url;
/** HAProxy puts the client's address there. */
const from = (address: string) => ({ "x-forwarded-for": address });
const count = (statuses: number[], status: number) => statuses.filter((each) => each === status).length;

test("writes of one account are limited over both nodes together, never above the limit", async () => {
  const { token } = await newPerson(urlOf(0));
  const statuses: number[] = [];
  for (let number = 0; number < 150; number += 10) {
    const asked = Array.from({ length: 10 }, (_, offset) =>
      ask(urlOf(number + offset), "POST /api/v1/me/posts", { token, json: { body: "x" } }),
    );
    for (const reply of await Promise.all(asked)) statuses.push(reply.status);
  }
  expect(count(statuses, 201)).toBeLessThanOrEqual(120);
  // Each node takes a sixtieth of the limit at a time.
  expect(count(statuses, 201)).toBeGreaterThanOrEqual(120 - 2 * 2);
  expect(count(statuses, 201) + count(statuses, 429)).toBe(150);
  const refused = await ask(urlOf(0), "POST /api/v1/me/posts", { token, json: { body: "x" } });
  expectProblem(refused, 429, "too-many-requests");
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(windowSeconds);
});

test("guessing one account's password stops at the limit, over both nodes; another address may still log in", async () => {
  const person = await newPerson(urlOf(0));
  const guess = (number: number, address: string) =>
    ask(urlOf(number), "POST /api/v1/sessions", {
      json: { handle: person.handle, password: `guess ${number}` },
      headers: from(address),
    });
  const statuses: number[] = [];
  for (let number = 0; number < 9; number++) statuses.push((await guess(number, "192.0.2.1")).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429, 429]);

  const right = { json: { handle: person.handle, password: person.password } };
  const locked = await ask(urlOf(1), "POST /api/v1/sessions", { ...right, headers: from("192.0.2.1") });
  expectProblem(locked, 429, "too-many-requests");
  const elsewhere = await ask(urlOf(1), "POST /api/v1/sessions", { ...right, headers: from("192.0.2.2") });
  expect(elsewhere.status).toBe(200);

  // Many addresses together reach the account's own limit.
  const spread: number[] = [];
  for (let number = 0; number < 6; number++)
    spread.push((await guess(number, `198.51.100.${number}`)).status);
  expect(count(spread, 401)).toBe(3);
  expect(count(spread, 429)).toBe(3);
});

test("forty guesses at once: no more get through than are looked at together", async () => {
  const { handle } = await newPerson(urlOf(0));
  const guesses = Array.from({ length: 40 }, (_, number) =>
    ask(urlOf(number), "POST /api/v1/sessions", {
      json: { handle, password: `guess ${number}` },
      headers: from("192.0.2.10"),
    }),
  );
  const statuses = (await Promise.all(guesses)).map(({ status }) => status);
  expect(count(statuses, 401)).toBeGreaterThanOrEqual(5);
  // Two passwords are looked at together on each of two nodes.
  expect(count(statuses, 401)).toBeLessThanOrEqual(5 + 4);
  expect(count(statuses, 401) + count(statuses, 429)).toBe(40);
});

test("trying a list of accounts stops at the address's limit, and log-ins that succeed do not count", async () => {
  const address = from("203.0.113.7");
  const person = await newPerson(urlOf(0));
  for (let number = 0; number < 4; number++) {
    const { handle, password } = person;
    const session = await ask(urlOf(number), "POST /api/v1/sessions", {
      json: { handle, password },
      headers: address,
    });
    expect(session.status).toBe(200);
  }
  const statuses: number[] = [];
  for (let number = 0; number < 34; number++) {
    const json = { handle: `listed-${number}`, password: "guess" };
    statuses.push((await ask(urlOf(number), "POST /api/v1/sessions", { json, headers: address })).status);
  }
  expect(count(statuses, 401)).toBe(30);
  expect(statuses.slice(30)).toEqual([429, 429, 429, 429]);
});

test("sign-ups of one address are limited over both nodes; a client cannot choose its address", async () => {
  const signUp = (number: number, headers: Record<string, string>) =>
    ask(urlOf(number), "POST /api/v1/users", { json: newAccount(), headers });
  const statuses: number[] = [];
  for (let number = 0; number < 15; number++)
    statuses.push((await signUp(number, from("192.0.2.77"))).status);
  expect(count(statuses, 201)).toBe(12);
  // What stands before the proxy's own entry was written by the client.
  const forged = await signUp(0, from("8.8.8.8, 192.0.2.77"));
  expectProblem(forged, 429);
  expect((await signUp(0, from("192.0.2.78"))).status).toBe(201);
});

test("addresses of one IPv6 network are one client", async () => {
  const statuses: number[] = [];
  for (let number = 0; number < 14; number++) {
    const headers = from(`2001:db8:1:2::${number.toString(16)}`);
    statuses.push((await ask(urlOf(number), "POST /api/v1/users", { json: newAccount(), headers })).status);
  }
  expect(count(statuses, 429)).toBe(2);
});

test("a window that has ended opens again", async () => {
  const outside = superuser(deployment.databaseName);
  const { handle, password } = await newPerson(urlOf(0));
  const wrong = () => ask(urlOf(0), "POST /api/v1/sessions", { json: { handle, password: "guess" } });
  for (let number = 0; number < 5; number++) expect((await wrong()).status).toBe(401);
  expect((await wrong()).status).toBe(429);
  await outside`update rate_limits set resets_at = now() where bucket like ${`%${handle}%`}`;
  await outside.end();
  await logIn(urlOf(1), { handle, password });
});

test("while the counters cannot be asked, requests are served and each node counts alone", async () => {
  const own = await newDeployment({ signUpsPerAddress: { count: 12, windowSeconds } });
  const outside = superuser(own.databaseName);
  // The rest of the database works, so what is seen is the limiter's own doing.
  await outside`drop table rate_limits`;
  const node = await startNode(settingsOf(own, "app-1"));
  // At once: a node that counts alone asks the counters again after five seconds.
  const asked = Array.from({ length: 15 }, () => ask(node.url, "POST /api/v1/users", { json: newAccount() }));
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  await node.close();
  await outside.end();
  expect(count(statuses, 201)).toBeGreaterThanOrEqual(10);
  expect(count(statuses, 500)).toBe(0);
  expect(count(statuses, 429)).toBeGreaterThan(0);
});
