import type { FastifyInstance, FastifyRequest } from "fastify";
import { callerOf, sessionEnded } from "./plugins/authentication.ts";
import { addressOf } from "./plugins/rate-limits.ts";
import { Problem } from "./problem.ts";
import { findOwnCredentials } from "./repositories/accounts.ts";

/**
 * Asks for the caller's password before what cannot be taken back. Wrong ones count as at a log-in.
 * @returns The hash that it was checked against, and the account's handle.
 * @throws Problem 401 where the session has ended, 403 for a wrong password, 429 after too many.
 */
export async function demandPassword(
  app: FastifyInstance,
  request: FastifyRequest,
  password: string,
): Promise<{ handle: string; passwordHash: string }> {
  const account = await ownCredentials(app, request);
  const address = addressOf(request);
  const right = await app.passwords.verify(password, account.passwordHash, {
    check: () => app.logInGuard.check(account.handle, address),
    recordFailure: () => app.logInGuard.recordFailure(account.handle, address),
  });
  if (!right) throw new Problem(403, "wrong-password", "The password is wrong.");
  return account;
}

/** @throws Problem 401 where the session has ended. */
export async function ownCredentials(
  app: FastifyInstance,
  request: FastifyRequest,
): Promise<{ handle: string; email: string; passwordHash: string }> {
  const caller = callerOf(request);
  const account = await app.database.read((database) => findOwnCredentials(database, caller));
  if (account === undefined) throw sessionEnded();
  return account;
}
