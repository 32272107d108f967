import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { png } from "../unit/app/images.ts";
import { ask, newPerson } from "./support/client.ts";
import { LogKeeper, type Node, newDeployment, settingsOf, startNode } from "./support/nodes.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";

interface Value {
  stringValue?: string;
  intValue?: number | string;
}
interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  status: { code?: number; message?: string };
  attributes: { key: string; value: Value }[];
}

/** What takes spans by OTLP over HTTP, as a collector does. */
class Collector {
  readonly spans: ReceivedSpan[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: ReceivedSpan[] }[] }[];
      };
      this.spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
      response.setHeader("content-type", "application/json").end("{}");
    });
  }

  static async start(): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.server.listen(0, "127.0.0.1", resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/traces`;
  }

  of(traceId: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async end(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let collector: Collector;
let proxy: TcpProxy;
let node: Node;
const log = new LogKeeper();

beforeAll(async () => {
  collector = await Collector.start();
  proxy = await TcpProxy.start(inject("backends").database);
  const settings = settingsOf(await newDeployment(), "app-1", { tracesUrl: collector.url, logLevel: "info" });
  node = await startNode({ ...settings, database: { ...settings.database, port: proxy.port } }, log);
});

afterAll(async () => {
  await node.close();
  await proxy.end();
  await collector.end();
});

const attributeOf = (span: ReceivedSpan, key: string): string | undefined => {
  const value = span.attributes.find((attribute) => attribute.key === key)?.value;
  return value?.stringValue ?? value?.intValue?.toString();
};
const failed = ({ status }: ReceivedSpan) => status.code === 2;

describe("traces", () => {
  test("one trace has the attempt that a failover ended, the wait, and the attempt that was done", async () => {
    const { token } = await newPerson(node.url);
    const [traceId, callersSpan] = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];
    const headers = {
      // Not sampled by the caller.
      traceparent: `00-${traceId}-${callersSpan}-00`,
      "idempotency-key": "traced-through-a-failover",
    };
    const body = "What nobody reads in a trace";
    const gone = proxy.refuseAfterBytes(400);
    const answer = ask(node.url, "POST /api/v1/me/posts", { token, json: { body }, headers });
    await gone;
    await expect.poll(() => node.app.database.state().waiting).toBeGreaterThan(0);
    proxy.mode = "forward";
    const reply = await answer;
    expect([reply.status, reply.headers.get("x-trace-id")]).toEqual([201, traceId]);

    const root = "POST /api/v1/me/posts";
    await expect.poll(() => collector.of(traceId).map(({ name }) => name)).toContain(root);
    const spans = collector.of(traceId);
    const request = spans.find(({ name }) => name === root);
    expect(request?.parentSpanId).toBe(callersSpan);
    expect(request && attributeOf(request, "http.response.status_code")).toBe("201");
    expect(request && attributeOf(request, "capstone.request_id")).toBe(reply.headers.get("x-request-id"));

    const attempts = spans.filter(({ name }) => name === "database attempt");
    expect(attempts.some(failed)).toBe(true);
    expect(attempts.filter((span) => !failed(span)).length).toBeGreaterThan(0);
    expect(spans.map(({ name }) => name)).toContain("wait for a database connection");
    // Each hangs on another of the same trace, up to the request's.
    const ids = new Set([callersSpan, ...spans.map(({ spanId }) => spanId)]);
    expect(spans.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ""))).toEqual([]);

    const sent = JSON.stringify(spans);
    expect(sent).toContain("insert into");
    for (const secret of [body, token, headers["idempotency-key"]]) expect(sent).not.toContain(secret);
    expect(log.text).toContain(`"traceId":"${traceId}"`);
  });

  test("an upload's trace says what the object store took, and polled routes have none", async () => {
    const { token } = await newPerson(node.url);
    const reply = await ask(node.url, "PUT /api/v1/me/avatar", { token, bytes: png(8, 8) });
    expect(reply.status).toBe(200);
    const traceId = reply.headers.get("x-trace-id") ?? "";
    await expect.poll(() => collector.of(traceId).map(({ name }) => name)).toContain("PUT /api/v1/me/avatar");
    expect(collector.of(traceId).map(({ name }) => name)).toContain("object store put");
    expect((await ask(node.url, "GET /health")).headers.get("x-trace-id")).toBeNull();
  });

  test("a collector that is away costs nobody anything; without one there is no trace", async () => {
    const deployment = await newDeployment();
    const lonely = await startNode(
      settingsOf(deployment, "app-2", { tracesUrl: "http://127.0.0.1:1/v1/traces" }),
    );
    await newPerson(lonely.url);
    await lonely.close();
    const untraced = await startNode(settingsOf(deployment, "app-3"));
    const reply = await ask(untraced.url, "GET /");
    expect([reply.status, reply.headers.get("x-trace-id")]).toEqual([200, null]);
    await untraced.close();
  });
});
