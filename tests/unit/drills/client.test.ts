import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { HttpClient } from "../../../drills/load/http.ts";
import { failed } from "../../../drills/load/ledger.ts";
import { Random } from "../../../drills/random.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A service that answers the nth request with the nth status; 0 breaks the connection. */
async function serve(statuses: number[]): Promise<{ client: HttpClient; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const status = statuses[requests.length - 1] ?? 200;
    if (status === 0) request.socket.destroy();
    else response.writeHead(status, { "retry-after": "0" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new HttpClient(`http://127.0.0.1:${port}`, new Random(1));
  closers.push(() => {
    void client.close();
    server.close();
  });
  return { client, requests };
}

const post = { method: "POST", path: "/", headers: { "idempotency-key": "k" }, body: "{}" } as const;

it("after 503 and after a broken connection the same is sent again with the same key", async () => {
  const { client, requests } = await serve([503, 0, 201]);
  const { answer, attempts } = await client.send({ ...post, repeatable: true });
  expect(answer?.status).toBe(201);
  expect(attempts.map(failed)).toEqual([true, true, false]);
  expect(attempts.map(({ retryAfter }) => retryAfter)).toEqual([0, undefined, 0]);
  expect(requests.map(({ headers }) => headers["idempotency-key"])).toEqual(["k", "k", "k"]);
});

it("what may be done only once is sent once", async () => {
  const { client, requests } = await serve([503, 201]);
  const { answer } = await client.send({ ...post, repeatable: false });
  expect(answer?.status).toBe(503);
  expect(requests).toHaveLength(1);
});

it("a refusal is an answer", async () => {
  const { client, requests } = await serve([422]);
  expect((await client.send({ ...post, repeatable: true })).answer?.status).toBe(422);
  expect(requests).toHaveLength(1);
});
