import type { FastifyInstance, FastifyRequest } from "fastify";
import { isReserved } from "./handles.ts";
import { type Once, once, operationOf } from "./idempotency.ts";
import { Problem } from "./problem.ts";
import { findCredentials, insertAccount } from "./repositories/accounts.ts";
import { demandGoodPassword } from "./security/known-passwords.ts";
import { uuidv7 } from "./security/uuid.ts";

export interface SignUp {
  /** Folded. */
  handle: string;
  /** Lower case. */
  email: string;
  password: string;
}

/**
 * Makes an account once. Nobody is logged in yet, so a key belongs to the handle that is asked for.
 * @throws Problem 409 where the handle or the email is taken; 422 for a key that was used with another request.
 */
export async function signUp(
  app: FastifyInstance,
  request: FastifyRequest,
  { handle, email, password }: SignUp,
): Promise<Once<{ id: string; handle: string }>> {
  refuseReserved(handle);
  demandGoodPassword(password, { handle, email });
  const id = uuidv7();
  // The password is not part of the fingerprint: no fast hash of it may be stored beside the slow one.
  const operation = operationOf(request, `sign-up:${handle}`, { handle, email });
  const passwordHash = await app.passwords.hash(password);
  const outcome = await app.database.transaction((transaction) =>
    once(transaction, operation, 201, async () => {
      const taken = await insertAccount(transaction, { id, handle, email, passwordHash });
      if (taken) throw new Problem(409, `${taken}-taken`, `This ${taken} is taken.`);
      return { id, handle };
    }),
  );
  // A replay that this request caused itself, its first answer having been lost, has its own id.
  if (outcome.replayed && outcome.answer.id !== id) await demandSamePassword(app, handle, password);
  return outcome;
}

/** It looks taken, as to anybody else. */
function refuseReserved(handle: string): void {
  if (isReserved(handle)) throw new Problem(409, "handle-taken", "This handle is taken.");
}

async function demandSamePassword(app: FastifyInstance, handle: string, password: string): Promise<void> {
  const credentials = await app.database.read((database) => findCredentials(database, handle));
  if (!(await app.passwords.verify(password, credentials?.passwordHash))) {
    throw new Problem(
      422,
      "idempotency-key-reused",
      "This idempotency-key was used before, with another password.",
    );
  }
}
