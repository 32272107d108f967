import { describe, expect, it } from "vitest";
import { checkHistory, whyNoChecker } from "../../../drills/registers/check-history.ts";
import { History, type Outcome, type Request } from "../../../drills/registers/history.ts";

const missing = await whyNoChecker();
if (missing) console.warn(`Skipped: ${missing}`);

/** Each is asked when the one before it was answered. */
async function historyOf(...steps: [Request, Outcome][]): Promise<History> {
  const history = new History();
  for (const [client, [request, outcome]] of steps.entries())
    await history.record(client, "r", request, async () => outcome);
  return history;
}

const write = (value: string): Request => ({ kind: "write", value });
const read: Request = { kind: "read" };

describe.skipIf(missing !== undefined)("the checker of histories", () => {
  it.each([
    [
      "a write that is read",
      [
        [write("a"), {}],
        [read, { value: "a" }],
      ],
    ],
    [
      "an unknown write that is seen late",
      [
        [write("a"), "unknown"],
        [read, { value: "" }],
        [read, { value: "a" }],
      ],
    ],
    [
      "a refused write",
      [
        [write("a"), "not-done"],
        [read, { value: "" }],
      ],
    ],
    [
      "a swap",
      [
        [write("a"), {}],
        [{ kind: "swap", value: "b", expected: "a" }, { swapped: true }],
        [read, { value: "b" }],
      ],
    ],
  ] as [string, [Request, Outcome][]][])(
    "accepts %s",
    async (_name, steps) => {
      expect(await checkHistory(await historyOf(...steps), "unit")).toMatchObject({
        verdict: "linearizable",
        registers: 1,
      });
    },
    120_000,
  );

  it.each([
    [
      "a lost write",
      [
        [write("a"), {}],
        [read, { value: "" }],
      ],
    ],
    [
      "a stale read",
      [
        [write("a"), {}],
        [write("b"), {}],
        [read, { value: "a" }],
      ],
    ],
    [
      "a write that is done twice",
      [
        [write("a"), {}],
        [write("b"), {}],
        [read, { value: "b" }],
        [read, { value: "a" }],
      ],
    ],
    [
      "a swap of what is not there",
      [
        [write("a"), {}],
        [{ kind: "swap", value: "c", expected: "b" }, { swapped: true }],
      ],
    ],
  ] as [string, [Request, Outcome][]][])(
    "refuses %s",
    async (_name, steps) => {
      expect(await checkHistory(await historyOf(...steps), "unit")).toMatchObject({
        verdict: "not linearizable",
        wrong: ["r"],
      });
    },
    120_000,
  );
});
