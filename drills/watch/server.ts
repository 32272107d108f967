import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { DrillEvent } from "./events.ts";

/**
 * Serves the page to browsers of this machine, and sends each what was told so far and from then on what is told, as
 * server-sent events. One that comes late or loses its connection misses nothing.
 */
export class WatchServer {
  private readonly html: string;
  private readonly server: Server;
  /** Of the drill that began last. */
  told: DrillEvent[] = [];
  /** How many were told before these, of earlier drills. */
  private before = 0;
  private readonly listeners = new Set<ServerResponse>();

  private constructor(html: string) {
    this.html = html;
    this.server = createServer((request, response) => this.answer(request, response));
  }

  /** Listens on a free port of 127.0.0.1. */
  static async start(html: string): Promise<WatchServer> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watch = new WatchServer(html);
    watch.server.once("error", reject).listen(0, "127.0.0.1", resolve);
    await promise;
    return watch;
  }

  /** As in `http://127.0.0.1:40123/`. */
  get address(): string {
    return `http://${this.host}/`;
  }

  /** Another drill begins: who comes now needs nothing of the last one. */
  begin(): void {
    this.before += this.told.length;
    this.told = [];
  }

  tell(events: DrillEvent[]): void {
    if (events.length === 0) return;
    const from = this.told.length;
    this.told.push(...events);
    for (const response of this.listeners) this.send(response, from);
  }

  /** Lets every browser read to the end. */
  async end(): Promise<void> {
    for (const response of this.listeners) response.end();
    this.server.closeIdleConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    // A page of somebody else's must not read this by a name that it lets point here.
    if (request.headers.host !== this.host) response.writeHead(421).end();
    else if (request.method !== "GET") response.writeHead(405, { allow: "GET" }).end();
    else if (request.url === "/") this.sendPage(response);
    else if (request.url === "/events") this.listen(request, response);
    else response.writeHead(404).end();
  }

  private sendPage(response: ServerResponse): void {
    const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
    response.writeHead(200, { ...headers, connection: "close" }).end(this.html);
  }

  private listen(request: IncomingMessage, response: ServerResponse): void {
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store" };
    response.writeHead(200, { ...headers, connection: "close" });
    this.listeners.add(response);
    response.once("close", () => this.listeners.delete(response));
    const last = Number(request.headers["last-event-id"] ?? Number.NaN);
    this.send(response, Number.isInteger(last) ? Math.max(0, last + 1 - this.before) : 0);
  }

  /** One message for all, whose number is that of its last event. */
  private send(response: ServerResponse, from: number): void {
    const events = this.told.slice(from);
    if (events.length === 0) response.write(": nothing yet\n\n");
    else response.write(`id: ${this.before + this.told.length - 1}\ndata: ${JSON.stringify(events)}\n\n`);
  }
}
