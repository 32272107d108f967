import { randomUUID } from "node:crypto";
import { HttpClient } from "../load/http.ts";
import { failed } from "../load/ledger.ts";
import type { Random } from "../random.ts";
import type { Outcome, Request } from "./history.ts";

/** Reads and writes registers, which are accounts' bios, through the API, as it asks clients to: with keys, and again. */
export class ApiClient {
  private readonly http: HttpClient;
  private readonly tokenOf: (register: string) => string;

  /** @param tokenOf An access token of the register's account. */
  constructor(url: string, random: Random, tokenOf: (register: string) => string) {
    this.http = new HttpClient(url, random);
    this.tokenOf = tokenOf;
  }

  async ready(): Promise<boolean> {
    return true;
  }

  async ask(register: string, request: Request): Promise<Outcome> {
    return request.kind === "read" ? this.read(register) : this.write(register, request.value);
  }

  close(): void {
    void this.http.close();
  }

  private async read(register: string): Promise<Outcome> {
    const path = `/api/v1/users/${register}`;
    const { answer } = await this.http.send({ method: "GET", path, repeatable: true });
    if (answer?.status !== 200) return "unknown";
    return { value: (JSON.parse(answer.body.toString()) as { bio: string }).bio };
  }

  private async write(register: string, value: string): Promise<Outcome> {
    const { answer, attempts } = await this.http.send({
      method: "PATCH",
      path: "/api/v1/me",
      headers: {
        authorization: `Bearer ${this.tokenOf(register)}`,
        "content-type": "application/json",
        "idempotency-key": randomUUID(),
      },
      body: JSON.stringify({ bio: value }),
      repeatable: true,
    });
    if (answer?.status === 200) return {};
    return attempts.some(failed) ? "unknown" : "not-done";
  }
}
