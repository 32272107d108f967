import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "undici";
import type { Random } from "../random.ts";
import type { Attempt } from "./ledger.ts";

export interface Request {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Relative to the service's address, or absolute. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Whether it may be retried when its outcome is unknown. */
  repeatable: boolean;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** The application holds a request for 30 s at most; a client that waits a little longer gets its answer. */
const answerTimeoutMs = 35_000;
const connectTimeoutMs = 5_000;
/** For how long a client tries again before it gives up. */
const persistenceMs = 90_000;

/**
 * One client with one connection, which behaves as the contract asks: after 503 or no answer it waits, as long
 * as it was told or a little, and sends the same again.
 */
export class HttpClient {
  private readonly client: Client;
  private readonly random: Random;
  private readonly clock: () => number;

  constructor(url: string, random: Random, clock: () => number = Date.now) {
    this.client = new Client(url, {
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
      connect: { timeout: connectTimeoutMs },
    });
    this.random = random;
    this.clock = clock;
  }

  /**
   * Sends until an answer settles it or `persistenceMs` is over.
   * @param attempts Gets every attempt as it ends.
   */
  async send(
    request: Request,
    attempts: Attempt[] = [],
  ): Promise<{ answer: Answer | undefined; attempts: Attempt[] }> {
    const endsAtMs = this.clock() + persistenceMs;
    for (let count = 1; ; count++) {
      const { answer, attempt } = await this.once(request);
      attempts.push(attempt);
      const settled = answer !== undefined && answer.status < 500 && answer.status !== 429;
      const mayRepeat = request.repeatable || saysNothingWasDone(answer);
      if (settled || !mayRepeat || this.clock() > endsAtMs) return { answer, attempts };
      await sleep(this.pauseMs(answer, count));
    }
  }

  async close(): Promise<void> {
    await this.client.destroy();
  }

  private async once(request: Request): Promise<{ answer: Answer | undefined; attempt: Attempt }> {
    const startedAtMs = this.clock();
    const { method, path, headers = {}, body = null } = request;
    try {
      const response = await this.client.request({ method, path, headers, body });
      const bytes = Buffer.from(await response.body.arrayBuffer());
      const answer = { status: response.statusCode, headers: response.headers, body: bytes };
      const servedBy = String(response.headers["x-served-by"] ?? "");
      const failure = undefined;
      const { status } = answer;
      const retryAfter = secondsToldIn(answer);
      return {
        answer,
        attempt: { startedAtMs, endedAtMs: this.clock(), status, failure, servedBy, retryAfter },
      };
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const attempt = {
        startedAtMs,
        endedAtMs: this.clock(),
        status: undefined,
        failure: code ?? message,
        servedBy: undefined,
      };
      return { answer: undefined, attempt };
    }
  }

  private pauseMs(answer: Answer | undefined, count: number): number {
    const told = answer && secondsToldIn(answer);
    const base = told === undefined ? Math.min(2_000, 50 * 2 ** count) : told * 1_000;
    return base * (0.75 + this.random.next() / 2);
  }
}

/** What retry-after says, where it is there and a number. */
function secondsToldIn({ headers }: Answer): number | undefined {
  const told = Number(headers["retry-after"]);
  return Number.isFinite(told) ? told : undefined;
}

/** 429 comes before anything is done. */
function saysNothingWasDone(answer: Answer | undefined): boolean {
  return answer?.status === 429;
}
