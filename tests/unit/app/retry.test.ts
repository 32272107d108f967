import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { remainingMs, withinMs } from "../../../app/database/deadline.ts";
import {
  DatabaseFailure,
  outcomeOf,
  serverErrorIn,
  spoilsConnection,
} from "../../../app/database/failures.ts";
import { retrying } from "../../../app/database/retry.ts";

const notDone = () => new DatabaseFailure("lost before its commit", "not-done");
const unknown = () => new DatabaseFailure("lost in its commit", "unknown");
const fromServer = (code: string, severity = "ERROR") => Object.assign(new Error(code), { code, severity });

/** Fails with these, one after the other, and then succeeds. */
function failing(...failures: Error[]) {
  const attempts: number[] = [];
  return {
    attempts,
    work: async () => {
      attempts.push(remainingMs());
      const failure = failures.shift();
      if (failure) throw failure;
      return "done";
    },
  };
}

const options = { budgetMs: 5_000, onRetry: () => {} };

describe("retrying", () => {
  test.each([
    ["what is known not to have happened", notDone()],
    ["what may have happened", unknown()],
    ["a serialization failure", fromServer("40001")],
    ["a node that became read-only", fromServer("25006")],
    ["a node that shuts down", fromServer("57P01", "FATAL")],
  ])("tries %s again", async (_name, failure) => {
    const { work, attempts } = failing(failure, failure);
    expect(await retrying(options, work)).toBe("done");
    expect(attempts).toHaveLength(3);
  });

  test.each([
    ["a refusal of the server", fromServer("23505")],
    ["an error of our own", new Error("a mistake")],
  ])("hands on %s", async (_name, failure) => {
    const { work, attempts } = failing(failure);
    await expect(retrying(options, work)).rejects.toBe(failure);
    expect(attempts).toHaveLength(1);
  });

  test("stops after a bounded number of attempts", async () => {
    const { work, attempts } = failing(...Array.from({ length: 100 }, notDone));
    await expect(retrying({ ...options, budgetMs: 60_000 }, work)).rejects.toMatchObject({
      outcome: "not-done",
    });
    expect(attempts).toHaveLength(12);
  });

  test("stops when the budget is over, and gives no attempt more than is left", async () => {
    const lefts: number[] = [];
    const work = async () => {
      lefts.push(remainingMs());
      await sleep(60);
      throw notDone();
    };
    await expect(retrying({ ...options, budgetMs: 200 }, work)).rejects.toMatchObject({
      outcome: "not-done",
    });
    // A fifth would have begun when the 200 ms were over. A timer may be early by a part of a millisecond.
    expect(lefts.length).toBeLessThanOrEqual(4);
    expect(lefts.every((left, index) => left <= 200 - index * 59)).toBe(true);
  });

  test("once one attempt was unknown the whole is, unless it only read", async () => {
    const failures = () => [unknown(), ...Array.from({ length: 20 }, notDone)];
    await expect(retrying(options, failing(...failures()).work)).rejects.toMatchObject({
      outcome: "unknown",
    });
    const reading = retrying({ ...options, readOnly: true }, failing(...failures()).work);
    await expect(reading).rejects.toMatchObject({ outcome: "not-done" });
  });

  test("one attempt may have less time than all together", async () => {
    const { work, attempts } = failing(notDone());
    await retrying({ ...options, attemptMs: 100 }, work);
    expect(attempts.every((left) => left <= 100)).toBe(true);
  });
});

describe("deadlines", () => {
  test("the earlier one holds, and none is none", async () => {
    expect(remainingMs()).toBe(Number.POSITIVE_INFINITY);
    await withinMs(100, async () => {
      expect(remainingMs()).toBeLessThanOrEqual(100);
      expect(withinMs(10_000, () => remainingMs())).toBeLessThanOrEqual(100);
      expect(withinMs(10, () => remainingMs())).toBeLessThanOrEqual(10);
      await sleep(120);
      expect(remainingMs()).toBe(0);
    });
    expect(remainingMs()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("failures", () => {
  test.each([
    ["40001", "not-done"],
    ["40P01", "not-done"],
    ["25006", "not-done"],
    ["57P01", "not-done"],
    ["57P03", "not-done"],
    ["08006", "not-done"],
    ...["53000", "53100", "53200", "53300", "53400"].map((code): [string, string] => [code, "not-done"]),
    ...["57000", "57014", "57P04", "57P05", "58000", "58030", "58P01", "58P02"].map(
      (code): [string, string] => [code, "not-done"],
    ),
    ...["XX001", "XX002", "25P03", "25P04", "72000"].map((code): [string, string] => [code, "not-done"]),
    ["XX000", "refused"],
    ["25P02", "refused"],
    ["23505", "refused"],
    ["42P01", "refused"],
    ["28P01", "refused"],
    ["22021", "refused"],
  ])("%s is %s", (code, outcome) => {
    expect(outcomeOf(fromServer(code))).toBe(outcome);
  });

  test("a connection survives what concerns its statement alone", () => {
    for (const code of ["23505", "40001", "42601", "22P02"])
      expect(spoilsConnection(fromServer(code))).toBe(false);
    for (const code of ["25006", "57P01", "08003"]) expect(spoilsConnection(fromServer(code))).toBe(true);
    expect(spoilsConnection(fromServer("23505", "FATAL"))).toBe(true);
    expect(spoilsConnection(Object.assign(new Error("reset"), { code: "ECONNRESET" }))).toBe(true);
  });

  test("the server's own words are found under what was made of them", () => {
    const words = fromServer("28P01", "FATAL");
    expect(serverErrorIn(new DatabaseFailure("a", "not-done", new Error("b", { cause: words })))).toBe(words);
    expect(serverErrorIn(new Error("nothing"))).toBeUndefined();
  });
});
