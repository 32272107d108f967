import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PersonError } from "../../infra/errors.ts";
import { inventAccount, json, removeAccount, removeLeftAccount, type TestAccount } from "./account.ts";

/** What clients saw of one kind of request. */
export interface Seen {
  requests: number;
  failed: number;
  /** The longest time between two good answers. */
  longestPauseMs: number;
}

/** What clients saw of a fault; both kinds ask the database. */
export interface LoadResult {
  pages: Seen;
  posts: Seen;
  /** Posts that were acknowledged and are not there, and ones that are there twice. */
  lostPosts: number;
  doublePosts: number;
}

/** A node holds a request for 27 s at most; whoever waits a little longer hears its answer. */
const answerTimeoutMs = 35_000;

/** Reads a page and writes posts, one after the other each, as fast as it is told, from its start to its stop. */
export class Load {
  readonly #apiUrl: string;
  readonly #everyMs: number;
  readonly #account: TestAccount = inventAccount("load");
  readonly #stop = new AbortController();
  readonly #pages: Seen = { requests: 0, failed: 0, longestPauseMs: 0 };
  readonly #posts: Seen = { requests: 0, failed: 0, longestPauseMs: 0 };
  readonly #acknowledged: string[] = [];
  #running: Promise<unknown> = Promise.resolve();

  /** @param apiUrl without a trailing slash. */
  constructor(apiUrl: string, everyMs = 200) {
    this.#apiUrl = apiUrl;
    this.#everyMs = everyMs;
  }

  /** @throws PersonError when no account can be made. */
  async start(): Promise<void> {
    await this.#send("/api/v1/users", json("POST", this.#account), 201);
    const token = await this.#orLeaveNoAccount(this.#logIn());
    this.#running = Promise.all([this.#readPages(), this.#writePosts(token)]);
  }

  /** Stops, looks what became of the posts, and removes the account. */
  async end(): Promise<LoadResult> {
    this.#stop.abort();
    await this.#running;
    const there = await this.#orLeaveNoAccount(this.#listPosts());
    const lostPosts = this.#acknowledged.filter((body) => !there.includes(body)).length;
    const doublePosts = there.length - new Set(there).size;
    await removeAccount(this.#apiUrl, this.#account, await this.#logIn());
    return { pages: this.#pages, posts: this.#posts, lostPosts, doublePosts };
  }

  async #orLeaveNoAccount<T>(step: Promise<T>): Promise<T> {
    try {
      return await step;
    } catch (error) {
      await removeLeftAccount(this.#apiUrl, this.#account);
      throw error;
    }
  }

  async #readPages(): Promise<void> {
    let lastGoodMs = Date.now();
    while (!this.#stop.signal.aborted) {
      const good = await this.#ask(`/u/${this.#account.handle}`, {}, 200);
      lastGoodMs = count(this.#pages, good, lastGoodMs);
      await sleep(this.#everyMs);
    }
  }

  /** Every post is sent with its own key until it is acknowledged, as the contract asks of clients. */
  async #writePosts(firstToken: string): Promise<void> {
    let accessToken = firstToken;
    let lastGoodMs = Date.now();
    for (let number = 1; !this.#stop.signal.aborted; number++) {
      const body = `Post #${number} of ${this.#account.handle}`;
      const key = randomUUID();
      for (let acknowledged = false; !acknowledged; ) {
        const headers = { authorization: `Bearer ${accessToken}`, "idempotency-key": key };
        const status = await this.#status("/api/v1/me/posts", json("POST", { body }, headers));
        // A session lasts for less time than an experiment.
        if (status === 401) accessToken = await this.#logIn().catch(() => accessToken);
        else {
          acknowledged = status === 201;
          lastGoodMs = count(this.#posts, acknowledged, lastGoodMs);
        }
        if (acknowledged) this.#acknowledged.push(body);
        else if (this.#stop.signal.aborted) return;
        await sleep(this.#everyMs);
      }
    }
  }

  async #listPosts(): Promise<string[]> {
    const bodies: string[] = [];
    for (let cursor = ""; ; ) {
      const query = new URLSearchParams({ limit: "100", ...(cursor && { cursor }) });
      const answer = await this.#send(`/api/v1/users/${this.#account.handle}/posts?${query}`, {}, 200);
      const page = (await answer.json()) as { items: { body: string }[]; nextCursor: string | null };
      bodies.push(...page.items.map(({ body }) => body));
      if (!page.nextCursor) return bodies;
      cursor = page.nextCursor;
    }
  }

  async #logIn(): Promise<string> {
    const { handle, password } = this.#account;
    const answer = await this.#send("/api/v1/sessions", json("POST", { handle, password }), 200);
    return ((await answer.json()) as { accessToken: string }).accessToken;
  }

  async #ask(path: string, request: RequestInit, expected: number): Promise<boolean> {
    return (await this.#status(path, request)) === expected;
  }

  /** Undefined where there was no answer. */
  async #status(path: string, request: RequestInit): Promise<number | undefined> {
    try {
      const signal = AbortSignal.timeout(answerTimeoutMs);
      const answer = await fetch(`${this.#apiUrl}${path}`, { ...request, signal });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return undefined;
    }
  }

  async #send(path: string, request: RequestInit, expected: number): Promise<Response> {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const answer = await fetch(`${this.#apiUrl}${path}`, { ...request, signal });
    if (answer.status === expected) return answer;
    throw new PersonError(`The load could not be prepared: ${path} answered ${answer.status}.`);
  }
}

/** @returns when the newest good answer was. */
function count(seen: Seen, good: boolean, lastGoodMs: number): number {
  seen.requests += 1;
  seen.longestPauseMs = Math.max(seen.longestPauseMs, Date.now() - lastGoodMs);
  if (good) return Date.now();
  seen.failed += 1;
  return lastGoodMs;
}
