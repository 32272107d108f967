/** What an attempt was answered. */
export interface Reply {
  status: number;
  /** The header `retry-after`. */
  retryAfter: string | null;
  /** Parsed where it is JSON. */
  body: unknown;
}

interface Cause {
  at: string;
  detail: string;
}

/** An answer that asking again would not change. Its message is the problem document's, for people. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly status: number;
  /** What programs know the problem by, such as `handle-taken`. */
  readonly problem: string;
  readonly causes: readonly Cause[];

  constructor({ status, retryAfter, body }: Reply) {
    const { detail, type, errors } = Object(body) as { detail?: string; type?: string; errors?: Cause[] };
    const seconds = Number(retryAfter);
    const later = status === 429 && seconds > 0 ? ` Try again in ${inWords(seconds)}.` : "";
    super((detail ?? `The service answered ${status}.`) + later);
    this.status = status;
    this.problem = type?.split(":").at(-1) ?? "";
    this.causes = errors ?? [];
  }
}

/** Nobody could answer, or nobody knows what came of it. */
const worthAnotherAttempt = new Set([408, 502, 503, 504]);

const pauseMs = { first: 500, longest: 10_000 };

/**
 * Makes attempts until one is answered for good. Every attempt of a write carries the same idempotency key, so that
 * those whose answer was lost happen once all the same.
 * @param attempt Rejects where no answer came.
 * @param onWaiting Told each time that there will be another attempt.
 * @throws Refusal
 */
export async function insist(attempt: () => Promise<Reply>, onWaiting = () => {}): Promise<unknown> {
  for (let pause = pauseMs.first; ; pause = Math.min(pauseMs.longest, pause * 2)) {
    const reply = await attempt().catch(() => undefined);
    if (reply && !worthAnotherAttempt.has(reply.status)) {
      if (reply.status >= 400) throw new Refusal(reply);
      return reply.body;
    }
    onWaiting();
    // Half of it by chance: a failover ends for everybody at the same moment.
    const askedForMs = Number(reply?.retryAfter ?? 0) * 1_000 || 0;
    await sleep(Math.max(askedForMs, pause / 2) + (Math.random() * pause) / 2);
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const inWords = (seconds: number) =>
  seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
