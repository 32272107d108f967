import type { Transaction } from "kysely";
import type { Database } from "../database/types.ts";
import {
  endSession,
  isUnused,
  type LockedToken,
  lockRefreshToken,
  prolongSession,
  replaceRefreshToken,
} from "../repositories/sessions.ts";
import type { SigningKeySeeds } from "../settings/signing-key-seeds.ts";
import type { Caller } from "./access-tokens.ts";
import { refreshTokenHash, refreshTokenSuccessors } from "./refresh-tokens.ts";

export type Rotation =
  | { verdict: "rotated"; caller: Caller; refreshToken: string }
  | { verdict: "refused" }
  /** The token had been used before, so it may be stolen: the session is ended. */
  | { verdict: "reused" };

/** How long after its exchange a token still gets the same successor. A failover and the client's next try fit in. */
const graceSeconds = 60;

/**
 * Exchanges a refresh token for its successor. A token that was exchanged before ends its session, with one
 * exception: within the grace, and while its successor is unused, it gets that same successor again, because then the
 * answer was lost on its way. It never throws the verdict: an ended session must be committed.
 */
export async function rotateRefreshToken(
  transaction: Transaction<Database>,
  token: string,
  seeds: SigningKeySeeds,
): Promise<Rotation> {
  const hash = refreshTokenHash(token);
  const found = await lockRefreshToken(transaction, hash, graceSeconds);
  if (found === undefined || !found.sessionLives) return { verdict: "refused" };

  const successors = refreshTokenSuccessors(token, seeds);
  const refreshToken =
    found.usedAt === null ? successors[0] : await sameSuccessor(transaction, found, successors);
  if (refreshToken === undefined) {
    await endSession(transaction, found);
    return { verdict: "reused" };
  }
  if (found.usedAt === null) {
    const successorHash = refreshTokenHash(refreshToken);
    await replaceRefreshToken(transaction, found.sessionId, { hash, successorHash });
  }
  await prolongSession(transaction, found.sessionId);
  const caller = { accountId: found.accountId, sessionId: found.sessionId };
  return { verdict: "rotated", caller, refreshToken };
}

async function sameSuccessor(
  transaction: Transaction<Database>,
  { usedJustNow, successorHash }: LockedToken,
  successors: readonly string[],
): Promise<string | undefined> {
  if (!usedJustNow || successorHash === null) return undefined;
  // The signing key may have been rotated between the two exchanges.
  const successor = successors.find((candidate) => refreshTokenHash(candidate).equals(successorHash));
  return successor !== undefined && (await isUnused(transaction, successorHash)) ? successor : undefined;
}
