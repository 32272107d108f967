import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

interface Post {
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
  readonly #server = createServer(async (request, response) => {
    const { status, body } = this.#answer(request, await read(request));
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
  }

  #answer(request: IncomingMessage, sent: string): { status: number; body: string } {
    const path = `${request.method} ${request.url?.split("?")[0]}`;
    const good = (status: number, body: object = {}) => ({ status, body: JSON.stringify(body) });
    if (path === "GET /health") return good(200);
    if (this.broken) return good(503);
    if (this.failing !== "" && path.startsWith(this.failing)) return good(500);
    if (path === "GET /health/deep") return good(200, { status: "up", release: this.release });
    if (path.startsWith("GET /u/")) return good(200, { page: this.posts.map(({ body }) => body) });
    if (path === "POST /api/v1/sessions") return good(200, { accessToken: "token" });
    if (path === "POST /api/v1/users") {
      this.signedUp += 1;
      this.accounts.add((JSON.parse(sent) as { handle: string }).handle);
      return good(201);
    }
    if (path === "POST /api/v1/me/posts") {
      const key = String(request.headers["idempotency-key"]);
      const known = this.posts.some((post) => post.key === key);
      if (!known) this.posts.push({ body: JSON.parse(sent).body, key });
      return good(201, { id: key });
    }
    if (/^GET \/api\/v1\/users\/.*\/posts$/.test(path))
      return good(200, { items: this.posts, nextCursor: null });
    if (path === "DELETE /api/v1/me") {
      if (!this.removesAccounts) return good(405);
      this.accounts.clear();
      return { status: 204, body: "" };
    }
    return good(404);
  }
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
