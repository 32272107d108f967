import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";

export interface Reply {
  status: number;
  headers: Headers;
  // Every test knows what it asked for.
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that the test expects of it.
  body: any;
}

export interface Ask {
  token?: string | undefined;
  json?: unknown;
  bytes?: Uint8Array;
  headers?: Record<string, string>;
}

/**
 * Asks a node. `METHOD /path`. A node whose own machine is too busy says so before it does anything, and is asked again,
 * as every client does.
 */
export async function ask(url: string, what: string, asked: Ask = {}): Promise<Reply> {
  for (;;) {
    const reply = await askOnce(url, what, asked);
    if (reply.status !== 503 || reply.body.type !== "urn:capstone:problem:overloaded") return reply;
    await sleep(500);
  }
}

async function askOnce(url: string, what: string, { token, json, bytes, headers }: Ask): Promise<Reply> {
  const [method = "GET", path = "/"] = what.split(" ");
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(bytes === undefined ? {} : { body: bytes as Uint8Array<ArrayBuffer> }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

export interface Person {
  id: string;
  handle: string;
  email: string;
  password: string;
  token: string;
  refreshToken: string;
}

/** Signs someone up and logs them in. */
export async function newPerson(url: string): Promise<Person> {
  const account = newAccount();
  const made = await ask(url, "POST /api/v1/users", { json: account });
  expect(made.status).toBe(201);
  return { id: made.body.id, ...account, ...(await logIn(url, account)) };
}

export function newAccount(): { handle: string; email: string; password: string } {
  const handle = `p_${randomBytes(6).toString("hex")}`;
  return { handle, email: `${handle}@example.org`, password: `pass ${randomBytes(6).toString("hex")}` };
}

export async function logIn(
  url: string,
  { handle, password }: { handle: string; password: string },
): Promise<{ token: string; refreshToken: string }> {
  const session = await ask(url, "POST /api/v1/sessions", { json: { handle, password } });
  expect(session.status).toBe(200);
  return { token: session.body.accessToken, refreshToken: session.body.refreshToken };
}

/** Asserts that an answer is a problem document of this status, as every error must be. */
export function expectProblem(reply: Reply, status: number, name?: string): void {
  expect(reply.status, JSON.stringify(reply.body)).toBe(status);
  expect(reply.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(reply.headers.get("x-served-by")).toBeTruthy();
  expect(reply.headers.get("x-request-id")).toBeTruthy();
  expect(reply.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(reply.body.requestId).toBe(reply.headers.get("x-request-id"));
  if (name) expect(reply.body.type).toBe(`urn:capstone:problem:${name}`);
}
