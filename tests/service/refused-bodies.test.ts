import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, newPerson, type Person } from "./support/client.ts";
import { startHaproxy, startStackProxy, type TestHaproxy } from "./support/haproxy.ts";
import { type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";

let nodes: Node[];
let person: Person;

beforeAll(async () => {
  const deployment = await newDeployment();
  nodes = [
    await startNode(settingsOf(deployment, "app-1")),
    await startNode(settingsOf(deployment, "app-2")),
  ];
  person = await newPerson((nodes[0] as Node).url);
});

afterAll(() => Promise.all(nodes.map((node) => node.close())));

const megabyte = 1024 * 1024;
/** Every size that fills another buffer on the way, to one that nobody reads to its end. */
const sizes = [1, 1_000, 70_000, megabyte, 3 * megabyte, 11 * megabyte, 40 * megabyte];

/** How many are refused at the same time, and how often each. */
const refusalsAtOnce = 8;
/** Nodes and load are one process here: where it is late, it says so, or a proxy takes it for dead. Both are answers. */
const busy = [502, 503];
const turns = Number(process.env.REFUSED_BODIES ?? 1_000) / refusalsAtOnce;

interface Refusal {
  name: string;
  head: (token: string) => string;
  statuses: number[];
}

const refusals: Refusal[] = [
  {
    name: "noise as an image",
    head: (token) =>
      `PUT /api/v1/me/avatar HTTP/1.1\r\nauthorization: Bearer ${token}\r\ncontent-type: image/png\r\n`,
    statuses: [413, 415],
  },
  {
    name: "an anonymous post",
    head: () => "POST /api/v1/users HTTP/1.1\r\ncontent-type: application/json\r\n",
    statuses: [400, 413],
  },
  {
    name: "an image of nobody",
    head: () => "PUT /api/v1/me/avatar HTTP/1.1\r\ncontent-type: image/png\r\n",
    statuses: [401],
  },
  {
    name: "a body of no known type",
    head: () => "POST /api/v1/users HTTP/1.1\r\ncontent-type: text/plain\r\n",
    statuses: [413, 415],
  },
  {
    name: "a body for nothing",
    head: () => "POST /nowhere HTTP/1.1\r\ncontent-type: application/json\r\n",
    statuses: [404],
  },
];

describe.each(refusals)("$name, then a read on the same connection", ({ head, statuses }) => {
  for (const chunked of [false, true]) {
    test.each(sizes)(`of %d bytes${chunked ? ", in chunks" : ""}`, async (bytes) => {
      const { hostname, port } = new URL((nodes[0] as Node).url);
      const socket = connect({ host: hostname, port: Number(port) });
      const answers = new Answers(socket);
      socket.write(
        `${head(person.token)}host: a\r\n${chunked ? "transfer-encoding: chunked" : `content-length: ${bytes}`}\r\n\r\n`,
      );
      const sent = send(socket, bytes, chunked);
      const refused = await answers.next();
      expect(statuses).toContain(refused.status);
      await sent;
      if (/\r\nconnection: close/i.test(refused.head)) {
        await expect.poll(() => socket.destroyed || socket.readableEnded).toBe(true);
      } else {
        socket.write("GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n");
        expect((await answers.next()).status).toBe(200);
      }
      socket.destroy();
    });
  }
});

describe.each([
  ["a proxy that uses connections again, as a load balancer does", startHaproxy],
  ["the stack's own proxy", startStackProxy],
])("through %s", (_name, startProxy) => {
  let proxy: TestHaproxy;
  beforeAll(async () => {
    proxy = await startProxy(nodes.map(({ url }) => Number(new URL(url).port)));
  });
  afterAll(() => proxy.stop());

  test(`${refusalsAtOnce * turns} refused bodies of all sizes leave no steady reader without an answer`, {
    timeout: 600_000,
  }, async () => {
    const agent = new Agent({ connections: 6, pipelining: 1 });
    let reading = true;
    const readTimesMs: number[] = [];
    const readers = Array.from({ length: 6 }, async () => {
      while (reading) {
        const startedAt = performance.now();
        const path = `/api/v1/users/${person.handle}`;
        const reply = await request(proxy.url + path, { dispatcher: agent, headersTimeout: 15_000 });
        await reply.body.dump();
        expect([200, ...busy]).toContain(reply.statusCode);
        readTimesMs.push(performance.now() - startedAt);
        await sleep(20);
      }
    });
    const answered: Record<number, number> = {};
    const refuse = async (index: number) => {
      // From one byte to 12 MB, as many of each order of magnitude, and never the same twice.
      const bytes = Math.floor(12_000_000 ** ((index * 0.618) % 1));
      const { head, statuses } = refusals[index % refusals.length] as Refusal;
      const chunked = index % 2 === 0;
      const { hostname, port } = new URL(proxy.url);
      const socket = connect({ host: hostname, port: Number(port) });
      const answers = new Answers(socket);
      socket.write(
        `${head(person.token)}host: a\r\n${chunked ? "transfer-encoding: chunked" : `content-length: ${bytes}`}\r\n\r\n`,
      );
      const sent = send(socket, bytes, chunked);
      const { status, head: said } = await answers.next();
      expect([...statuses, 429, ...busy]).toContain(status);
      answered[status] = (answered[status] ?? 0) + 1;
      await sent;
      // Whoever reads on the same connection next is answered, or sees at once that there is none.
      if (!/\r\nconnection: close/i.test(said) && socket.writable) {
        socket.write("GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n");
        const next = await answers.next().catch((error: Error) => error);
        if (next instanceof Error) expect(next.message).toMatch(/closed|ECONNRESET|EPIPE/);
        else expect([200, ...busy]).toContain(next.status);
      }
      socket.destroy();
    };
    const refusers = Array.from({ length: refusalsAtOnce }, async (_, client) => {
      for (let turn = 0; turn < turns; turn++) await refuse(client + turn * refusalsAtOnce);
    });
    await Promise.all([
      ...readers,
      Promise.all(refusers).finally(() => {
        reading = false;
      }),
    ]);
    expect(Object.values(answered).reduce((sum, count) => sum + count, 0)).toBe(refusalsAtOnce * turns);
    expect(Math.max(...readTimesMs)).toBeLessThan(15_000);
    // And honest uploads are still served.
    expect((await ask(proxy.url, "GET /api/v1/me", { token: person.token })).status).toBe(200);
    await agent.close();
    console.log(
      `${readTimesMs.length} reads, the longest ${Math.round(Math.max(...readTimesMs))} ms`,
      answered,
    );
  });
});

/** The answers that come on a connection, one after the other. */
class Answers {
  private text = "";
  private failure: Error | undefined;
  private wake = () => {};

  constructor(socket: Socket) {
    socket.on("data", (chunk) => {
      this.text += chunk.toString("latin1");
      this.wake();
    });
    socket.on("error", (error) => this.fail(error));
    socket.on("close", () => this.fail(new Error("The connection was closed without an answer.")));
  }

  async next(): Promise<{ status: number; head: string }> {
    const endsAt = Date.now() + 20_000;
    for (;;) {
      const taken = this.take();
      if (taken) return taken;
      if (this.failure) throw this.failure;
      if (Date.now() > endsAt) throw new Error("There was no answer within 20 s.");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private take(): { status: number; head: string } | undefined {
    const end = this.text.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const head = this.text.slice(0, end);
    if (/^HTTP\/1.1 100 /.test(head)) {
      this.text = this.text.slice(end + 4);
      return this.take();
    }
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.text.length < end + 4 + length) return undefined;
    this.text = this.text.slice(end + 4 + length);
    return { status: Number(head.slice(9, 12)), head };
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }
}

/** Sends a body of noise, as fast as it is taken; ends early where the other side has closed. */
async function send(socket: Socket, bytes: number, chunked: boolean): Promise<void> {
  const noise = randomBytes(Math.min(bytes, 64 * 1024));
  let closed = false;
  socket.once("close", () => {
    closed = true;
  });
  socket.on("error", () => {});
  for (let left = bytes; left > 0 && !closed; left -= noise.length) {
    const part = noise.subarray(0, Math.min(left, noise.length));
    if (chunked) socket.write(`${part.length.toString(16)}\r\n`);
    const full = !socket.write(part);
    if (chunked) socket.write("\r\n");
    while (full && socket.writableNeedDrain && !closed) await sleep(2);
  }
  if (chunked && !closed) socket.write("0\r\n\r\n");
}
