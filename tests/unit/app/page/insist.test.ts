import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { insist, Refusal, type Reply } from "../../../../app/page/insist.ts";

const reply = (status: number, body: unknown = undefined, retryAfter: string | null = null): Reply => ({
  status,
  body,
  retryAfter,
});

/** Attempts that come to this, one after the other, and when each was made. */
function attempts(...outcomes: (Reply | Error)[]) {
  const startMs = Date.now();
  const atMs: number[] = [];
  const attempt = async () => {
    atMs.push(Date.now() - startMs);
    const outcome = outcomes[atMs.length - 1];
    if (outcome === undefined) throw new Error("One attempt too many.");
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { attempt, atMs };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("what the page asks for", () => {
  it("is asked for again, ever more slowly, until it is answered", async () => {
    const { attempt, atMs } = attempts(
      new TypeError("no network"),
      reply(502),
      reply(504),
      reply(503),
      reply(408),
      new TypeError("no network"),
      reply(201, { id: 1 }),
    );
    const waiting = vi.fn();
    const answer = insist(attempt, waiting);
    await vi.runAllTimersAsync();
    expect(await answer).toEqual({ id: 1 });
    expect(waiting).toHaveBeenCalledTimes(6);
    const pauses = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
    for (const [index, most] of [500, 1_000, 2_000, 4_000, 8_000, 10_000].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(most / 2);
      expect(pauses[index]).toBeLessThanOrEqual(most);
    }
  });

  it("is not asked for again sooner than the service says", async () => {
    const { attempt, atMs } = attempts(reply(503, undefined, "5"), reply(200));
    const answer = insist(attempt);
    await vi.runAllTimersAsync();
    await answer;
    expect(atMs[1]).toBeGreaterThanOrEqual(5_000);
    expect(atMs[1]).toBeLessThanOrEqual(5_500);
  });

  it.each([400, 401, 403, 404, 409, 413, 415, 422, 429, 500])("%i is an answer for good", async (status) => {
    const problem = {
      type: "urn:capstone:problem:some-name",
      detail: "It is so.",
      errors: [{ at: "/a", detail: "b" }],
    };
    const { attempt, atMs } = attempts(reply(status, problem));
    const refusal = (await insist(attempt).catch((error) => error)) as Refusal;
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({
      status,
      problem: "some-name",
      message: "It is so.",
      causes: problem.errors,
    });
    expect(atMs).toHaveLength(1);
  });

  it("says when to try again what is limited", async () => {
    const refusal = (seconds: string) => insist(async () => reply(429, { detail: "Too many." }, seconds));
    await expect(refusal("90")).rejects.toThrow("Too many. Try again in 90 seconds.");
    await expect(refusal("3000")).rejects.toThrow("Too many. Try again in 50 minutes.");
  });

  it("is refused with the status where that is all that is known", async () => {
    await expect(insist(async () => reply(500))).rejects.toThrow("The service answered 500.");
  });
});
