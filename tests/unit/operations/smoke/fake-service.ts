import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";

interface Post {
  handle: string;
  body: string;
  key: string;
}

/** The service as its clients know it, in memory, with faults to order. */
export class FakeService {
  /** Every request that asks the database fails; health, by design, does not. */
  broken = false;
  removesAccounts = true;
  /** What answers 500: a method and a path, as in `POST /api/v1/me/posts`. */
  failing = "";
  signedUp = 0;
  readonly accounts = new Set<string>();
  readonly posts: Post[] = [];
  release = { image: "registry/capstone@sha256:1", commit: "abc" };
  url = "";
  /** Where uploads are; the service's own address where there is no certificate. */
  assetsUrl = "";
  readonly #pictures = new Map<string, Buffer>();
  readonly #servers: Server[] = [];

  /** @param tls the certificate and key with which uploads are served, on a port of their own. */
  async start(tls?: { cert: string; key: string }): Promise<void> {
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#serve(request, response);
    this.url = `http://127.0.0.1:${await this.#listen(createServer(answer))}`;
    this.assetsUrl = tls ? `https://127.0.0.1:${await this.#listen(createTlsServer(tls, answer))}` : this.url;
  }

  stop(): void {
    for (const server of this.#servers) server.close();
  }

  /** The release that answers, asked for anew each time. */
  readRelease(): { image: string; commit: string } {
    return this.release;
  }

  async #listen(server: Server): Promise<number> {
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await read(request);
    const picture = this.#pictures.get(request.url ?? "");
    if (picture) return void response.writeHead(200, { "content-type": "image/png" }).end(picture);
    const { status, body } = this.#answer(request, sent);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  }

  #answer(request: IncomingMessage, sent: Buffer): { status: number; body: string } {
    const path = `${request.method} ${request.url?.split("?")[0]}`;
    const good = (status: number, body: object = {}) => ({ status, body: JSON.stringify(body) });
    if (path === "GET /health") return good(200);
    if (this.broken) return good(503);
    if (this.failing !== "" && path.startsWith(this.failing)) return good(500);
    if (path === "GET /health/deep") return good(200, { status: "up", release: this.readRelease() });
    if (path.startsWith("GET /u/")) return good(200, { page: this.posts.map(({ body }) => body) });
    // The token says whose it is.
    if (path === "POST /api/v1/sessions")
      return good(200, { accessToken: (JSON.parse(sent.toString()) as { handle: string }).handle });
    const bearer = String(request.headers.authorization).replace("Bearer ", "");
    if (path === "POST /api/v1/users") {
      this.signedUp += 1;
      this.accounts.add((JSON.parse(sent.toString()) as { handle: string }).handle);
      return good(201);
    }
    if (path === "POST /api/v1/me/posts") {
      const key = String(request.headers["idempotency-key"]);
      const known = this.posts.some((post) => post.key === key);
      if (!known) this.posts.push({ handle: bearer, body: JSON.parse(sent.toString()).body, key });
      return good(201, { id: key });
    }
    const listed = /^GET \/api\/v1\/users\/(.*)\/posts$/.exec(path);
    if (listed) {
      const items = this.posts.filter(({ handle }) => handle === listed[1]);
      return good(200, { items, nextCursor: null });
    }
    if (path === "PUT /api/v1/me/avatar") {
      const name = `/${createHash("sha256").update(sent).digest("hex")}.png`;
      this.#pictures.set(name, sent);
      return good(200, { avatarUrl: `${this.assetsUrl}${name}` });
    }
    if (path === "DELETE /api/v1/me") {
      if (!this.removesAccounts) return good(405);
      this.accounts.delete(bearer);
      return { status: 204, body: "" };
    }
    return good(404);
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
