import { expect, it } from "vitest";
import { Ledger, type Operation } from "../../../drills/load/ledger.ts";
import { measureClients } from "../../../drills/measure.ts";
import { attempt, operation } from "./operations.ts";

function ledger(...operations: Operation[]): Ledger {
  const filled = new Ledger();
  filled.operations.push(...operations);
  return filled;
}

const injectedAtMs = 1_000;

it("the longest write is from its first request to its answer, retries included", () => {
  const retried = [attempt(1_100, 2_000, 503), attempt(2_500, 4_100, 201)];
  const measures = measureClients(
    ledger(operation("post", "acknowledged", undefined, retried)),
    injectedAtMs,
  );
  expect(measures.writesPauseMs).toBe(3_000);
  expect(measures.readsPauseMs).toBe(0);
  expect(measures.failures).toEqual({ "post: 503": 1 });
});

it("a request that failed counts, though it was sent again and done", () => {
  const retried = [attempt(1_100, 1_200, "UND_ERR_SOCKET"), attempt(1_300, 1_400, 201)];
  const measures = measureClients(
    ledger(operation("post", "acknowledged", undefined, retried)),
    injectedAtMs,
  );
  expect(measures).toMatchObject({ failedRequests: 1, failedInFlight: 0, acknowledgedWrites: 1 });
});

it("only 503 with retry-after tells a client to come back, and reads that failed are told apart", () => {
  const told = operation("me", "acknowledged", undefined, [attempt(1_100, 1_200, 503, 5)]);
  const not = operation("post", "unknown", undefined, [
    attempt(1_100, 1_200, 503),
    attempt(1_300, 1_400, 500, 5),
    attempt(1_500, 1_600, "UND_ERR_SOCKET"),
  ]);
  const measures = measureClients(ledger(told, not), injectedAtMs);
  expect(measures).toMatchObject({ failedRequests: 4, failedReads: 1 });
  expect(measures.notToldToComeBack).toEqual({ "post: 503": 1, "post: 500": 1, "post: UND_ERR_SOCKET": 1 });
});

it("what was under way at the fault is told apart, and what failed before it too", () => {
  const inFlight = operation("me", "unknown", undefined, [attempt(990, 1_010, "UND_ERR_SOCKET")]);
  const before = operation("me", "unknown", undefined, [attempt(500, 600, 503)]);
  const measures = measureClients(ledger(inFlight, before), injectedAtMs);
  expect(measures).toMatchObject({ failedRequests: 1, failedInFlight: 1, failedBefore: 1 });
});

it("silence is the longest time without an acknowledged write, from the fault on", () => {
  const at = (ms: number) => operation("post", "acknowledged", undefined, [attempt(ms - 10, ms, 201)]);
  expect(measureClients(ledger(at(900), at(1_700), at(1_900)), injectedAtMs).writesSilenceMs).toBe(700);
});
