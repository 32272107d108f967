import { createHash, randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Transaction } from "kysely";
import { DatabaseFailure } from "./database/failures.ts";
import type { Database } from "./database/types.ts";
import { Problem } from "./problem.ts";
import type { StoredAnswer } from "./repositories/idempotency-keys.ts";
import { findAnswer, type Operation, storeAnswer, takeKey } from "./repositories/idempotency-keys.ts";

/** An answer with its HTTP status, and whether it is a replay. */
export interface Once<T> {
  status: number;
  answer: T;
  replayed: boolean;
}

/** The header, checked: it ends up in the database. */
export const idempotencyKeyForm = "^[\\x21-\\x7e]{1,255}$";

/**
 * What makes this request happen once. A request without a key gets a unique one, so that at least this
 * node's own attempts, one of which may have committed unseen, count once.
 * @param scope Whose key it is.
 * @param asked What the key stands for: the same key with another request is refused.
 * @param withoutKey What stands for a request without a key. No client's key has a space in it.
 */
export function operationOf(
  request: FastifyRequest,
  scope: string,
  asked: object,
  withoutKey: string = randomUUID(),
): Operation {
  const given = request.headers["idempotency-key"];
  const members = Object.entries(asked).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([request.method, request.routeOptions.url, members]);
  return {
    scope,
    key: typeof given === "string" ? given : withoutKey,
    fingerprint: createHash("sha256").update(text).digest(),
  };
}

/**
 * Runs the effect once for the operation, in the transaction that remembers its answer. A second request with the
 * key waits for the first and gets the same answer. What the effect refuses by throwing is not remembered.
 * @throws Problem 422 for a key that was used with another request.
 */
export async function once<T extends object>(
  transaction: Transaction<Database>,
  operation: Operation,
  status: number,
  effect: () => Promise<T>,
): Promise<Once<T>> {
  if (!(await takeKey(transaction, operation))) {
    return replayOf<T>(await findAnswer(transaction, operation));
  }
  const answer = await effect();
  await storeAnswer(transaction, operation, status, answer);
  return { status, answer, replayed: false };
}

/**
 * The answer that was given before, with the status that it had then, whatever this release would answer.
 * @param stored What the key was answered with before.
 * @throws Problem 422 where the key stood for something else.
 */
export function replayOf<T extends object>(stored: StoredAnswer | undefined): Once<T> {
  // It expired between two statements: the next attempt finds the key free.
  if (stored === undefined) throw new DatabaseFailure("The key has just expired.", "not-done");
  if (!stored.sameRequest) {
    throw new Problem(
      422,
      "idempotency-key-reused",
      "This idempotency-key was used before, with another request.",
    );
  }
  return { status: stored.status, answer: stored.response as T, replayed: true };
}
