import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { once, operationOf } from "../idempotency.ts";
import { callerOf, sessionEnded } from "../plugins/authentication.ts";
import { changeProfile, findOwnProfile, lockLiveAccount } from "../repositories/accounts.ts";
import * as schemas from "./schemas.ts";
import { showOwnProfile } from "./views.ts";

const changes = schemas.body(
  { displayName: Type.Optional(schemas.displayName), bio: Type.Optional(schemas.bio) },
  { minProperties: 1 },
);

/** The caller's own profile. */
export const meRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/me",
    {
      onRequest: app.authenticate,
      schema: {
        tags: ["profile"],
        operationId: "getProfile",
        summary: "Your profile",
        security: schemas.bearer,
        response: schemas.answers(200, schemas.ownProfileView),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const profile = await app.database.read((database) => findOwnProfile(database, caller));
      if (!profile) throw sessionEnded();
      return showOwnProfile(profile, app.objectStore);
    },
  );

  app.patch(
    "/me",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      preHandler: app.requireLiveSession,
      schema: {
        tags: ["profile"],
        operationId: "changeProfile",
        summary: "Change your profile",
        security: schemas.bearer,
        headers: schemas.idempotencyKey,
        body: changes,
        response: schemas.answers(200, schemas.ownProfileView),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { accountId } = caller;
      const operation = operationOf(request, accountId, request.body);
      const outcome = await app.database.transaction((transaction) =>
        once(transaction, operation, 200, async () => {
          if (!(await lockLiveAccount(transaction, caller))) throw sessionEnded();
          return showOwnProfile(await changeProfile(transaction, accountId, request.body), app.objectStore);
        }),
      );
      return reply.sendOnce(outcome);
    },
  );
};
