import { createHash, randomUUID } from "node:crypto";
import type { Random } from "../random.ts";
import { AccountMemory } from "./account.ts";
import { type Answer, HttpClient, type Request } from "./http.ts";
import type { Attempt, Effect, Kind, Ledger, Operation } from "./ledger.ts";
import { failed } from "./ledger.ts";
import { randomPicture } from "./picture.ts";

/** A person with an account and one connection, who does one thing at a time. */
export class User {
  readonly memory: AccountMemory;
  private readonly http: HttpClient;
  private readonly ledger: Ledger;
  private readonly random: Random;
  private last: Operation | undefined;

  constructor(apiUrl: string, handle: string, ledger: Ledger, random: Random) {
    this.memory = new AccountMemory(handle, `correct horse ${handle}`, ledger);
    this.http = new HttpClient(apiUrl, random);
    this.ledger = ledger;
    this.random = random;
  }

  close(): Promise<void> {
    return this.http.close();
  }

  async signUp(): Promise<void> {
    const { handle, password } = this.memory;
    const effect: Effect = { kind: "account", handle };
    const body = { handle, email: `${handle}@example.org`, password };
    const answer = await this.write("sign-up", "POST", "/api/v1/users", body, effect, 201);
    if (answer) effect.accountId = field(answer, "id");
  }

  async logIn(): Promise<void> {
    const { handle, password } = this.memory;
    const effect: Effect = { kind: "session", handle };
    const answer = await this.write("log-in", "POST", "/api/v1/sessions", { handle, password }, effect, 200);
    this.takeTokens(answer, effect);
  }

  async refresh(): Promise<void> {
    const { handle, refreshToken } = this.memory;
    const effect: Effect = { kind: "session", handle };
    const body = { refreshToken };
    const answer = await this.write("refresh", "POST", "/api/v1/sessions/refresh", body, effect, 200);
    this.takeTokens(answer, effect);
  }

  /** Ends the session and starts another. */
  async logOut(): Promise<void> {
    const { handle, sessionId } = this.memory;
    const effect: Effect = { kind: "session", handle, sessionId, ended: true };
    await this.write("log-out", "DELETE", "/api/v1/sessions", undefined, effect, 204);
    await this.logIn();
  }

  /** Now and then sends the same again after its answer, like a client that lost it. */
  async post(): Promise<void> {
    const { memory } = this;
    const number = ++memory.posts.sent;
    const body = memory.postBody(number);
    const effect: Effect = { kind: "post", handle: memory.handle, body };
    const key = randomUUID();
    const send = (kind: Kind) => this.write(kind, "POST", "/api/v1/me/posts", { body }, effect, 201, key);
    const answer = await send("post");
    if (!answer) return;
    memory.posts.acknowledged = number;
    effect.postId = field(answer, "id");
    if (this.random.next() > 0.1) return;
    const again = await send("post again");
    if (again && field(again, "id") !== effect.postId) {
      this.markWrong(`the same key made ${effect.postId} and ${field(again, "id")}`);
    }
  }

  async changeProfile(): Promise<void> {
    const { memory } = this;
    const number = ++memory.profile.sent;
    const bio = memory.bio(number);
    const effect: Effect = { kind: "profile", handle: memory.handle, bio };
    const answer = await this.write("profile", "PATCH", "/api/v1/me", { bio }, effect, 200);
    if (answer) memory.profile.acknowledged = number;
  }

  async uploadAvatar(): Promise<void> {
    const picture = randomPicture(this.random);
    // The service publishes a copy of its own; the address that it answers with ends with the copy's hash.
    const effect: Effect = { kind: "avatar", handle: this.memory.handle };
    const answer = await this.write("avatar", "PUT", "/api/v1/me/avatar", picture, effect, 200);
    if (!answer) return;
    effect.url = field(answer, "avatarUrl");
    this.memory.avatar = { url: effect.url };
  }

  async readMe(): Promise<void> {
    const { acknowledged } = this.memory.profile;
    const answer = await this.read("me", "/api/v1/me", this.authorization());
    if (answer) this.memory.compare("me", "profile", field(answer, "bio"), acknowledged);
  }

  async readAccount(): Promise<void> {
    const { acknowledged } = this.memory.profile;
    const answer = await this.read("account", `/api/v1/users/${this.memory.handle}`);
    if (answer) this.memory.compare("account", "profile", field(answer, "bio"), acknowledged);
  }

  async readPosts(): Promise<void> {
    const { acknowledged } = this.memory.posts;
    const answer = await this.read("posts", `/api/v1/users/${this.memory.handle}/posts?limit=5`);
    if (!answer) return;
    const { items } = JSON.parse(answer.body.toString()) as { items: { body: string }[] };
    this.memory.compare("posts", "posts", items[0]?.body ?? "", acknowledged);
  }

  async readPage(): Promise<void> {
    const { acknowledged } = this.memory.profile;
    const answer = await this.read("page", `/u/${this.memory.handle}`);
    if (!answer) return;
    const bio = /Profile #\d+ of /.exec(answer.body.toString())?.[0] ?? "";
    this.memory.compare("page", "profile", bio, acknowledged);
  }

  async fetchAvatar(): Promise<void> {
    const { avatar } = this.memory;
    if (!avatar) return this.readAccount();
    const answer = await this.read("asset", new URL(avatar.url).pathname);
    if (!answer) return;
    const sha256 = createHash("sha256").update(answer.body).digest("hex");
    if (!avatar.url.endsWith(`-${sha256}.webp`))
      this.markWrong("the avatar has another content than was put");
  }

  private takeTokens(answer: Answer | undefined, effect: Effect & { kind: "session" }): void {
    if (!answer) return;
    this.memory.accessToken = field(answer, "accessToken");
    this.memory.refreshToken = field(answer, "refreshToken");
    const [, claims = ""] = this.memory.accessToken.split(".");
    const { sid } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { sid: string };
    this.memory.sessionId = sid;
    effect.sessionId = sid;
  }

  private authorization(): Record<string, string> {
    return this.memory.accessToken ? { authorization: `Bearer ${this.memory.accessToken}` } : {};
  }

  private async write(
    kind: Kind,
    method: Request["method"],
    path: string,
    content: object | Buffer | undefined,
    effect: Effect,
    expected: number,
    key: string = randomUUID(),
  ): Promise<Answer | undefined> {
    const isPicture = Buffer.isBuffer(content);
    const headers = {
      ...this.authorization(),
      "idempotency-key": key,
      ...(content ? { "content-type": isPicture ? "image/png" : "application/json" } : {}),
    };
    const body = content === undefined ? {} : { body: isPicture ? content : JSON.stringify(content) };
    const request = { method, path, headers, repeatable: true, ...body };
    return this.perform(kind, request, effect, expected);
  }

  private read(kind: Kind, path: string, headers = {}): Promise<Answer | undefined> {
    return this.perform(kind, { method: "GET", path, headers, repeatable: true }, undefined, 200);
  }

  /** @returns The answer, if it has the expected status. */
  private async perform(
    kind: Kind,
    request: Request,
    effect: Effect | undefined,
    expected: number,
  ): Promise<Answer | undefined> {
    const startedAtMs = Date.now();
    const attempts: Attempt[] = [];
    const underWay = { kind, startedAtMs, attempts };
    this.ledger.underWay.add(underWay);
    const { answer } = await this.http.send(request, attempts);
    this.ledger.underWay.delete(underWay);
    const asExpected = answer?.status === expected;
    const open = attempts.some(failed);
    const operation: Operation = {
      kind,
      client: this.memory.handle,
      startedAtMs,
      endedAtMs: Date.now(),
      outcome: asExpected ? "acknowledged" : open ? "unknown" : "refused",
      attempts,
      effect,
      wrong: asExpected || !answer || answer.status >= 500 ? undefined : describe(answer),
    };
    this.last = operation;
    this.ledger.operations.push(operation);
    return asExpected ? answer : undefined;
  }

  private markWrong(wrong: string): void {
    if (this.last) this.last.wrong = wrong;
  }
}

function describe({ status, body }: Answer): string {
  return `${status} ${body.toString().slice(0, 200)}`;
}

function field(answer: Answer, name: string): string {
  return String((JSON.parse(answer.body.toString()) as Record<string, unknown>)[name] ?? "");
}
