import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { foldHandle } from "../handles.ts";
import { callerOf } from "../plugins/authentication.ts";
import { addressOf } from "../plugins/rate-limits.ts";
import { notFound, unauthorized } from "../problem.ts";
import { findCredentials, replacePasswordHash } from "../repositories/accounts.ts";
import { endOtherSessions, endSession, listSessions, startSession } from "../repositories/sessions.ts";
import { accessTokenSeconds, type Caller } from "../security/access-tokens.ts";
import { isCurrentHash } from "../security/passwords.ts";
import { newRefreshToken, refreshTokenForm, refreshTokenHash } from "../security/refresh-tokens.ts";
import { rotateRefreshToken } from "../security/rotation.ts";
import { uuidv7 } from "../security/uuid.ts";
import type { Settings } from "../settings/settings.ts";
import * as schemas from "./schemas.ts";
import { showSession } from "./views.ts";

const logInBody = schemas.body({
  handle: schemas.handle,
  password: Type.String({ minLength: 1, maxLength: 200, format: "well-formed-text" }),
});
const refreshBody = schemas.body({ refreshToken: Type.String({ pattern: refreshTokenForm }) });

/** Log-in, refresh and log-out. */
export const sessionRoutes: FastifyPluginAsyncTypebox<{ settings: Settings }> = async (app, { settings }) => {
  const guard = app.logInGuard;

  const answer = async (caller: Caller, refreshToken: string) => ({
    accessToken: await app.accessTokens.sign(caller),
    refreshToken,
    expiresIn: accessTokenSeconds,
  });

  app.post(
    "/sessions",
    {
      onRequest: app.limitAddress("sessionsPerAddress"),
      schema: {
        tags: ["sessions"],
        operationId: "logIn",
        summary: "Log in",
        body: logInBody,
        response: schemas.answers(200, schemas.sessionView),
      },
    },
    async (request) => {
      const handle = foldHandle(request.body.handle);
      const address = addressOf(request);
      const account = await app.database.read((database) => findCredentials(database, handle));
      const right = await app.passwords.verify(request.body.password, account?.passwordHash, {
        check: () => guard.check(handle, address),
        recordFailure: () => guard.recordFailure(handle, address),
      });
      if (!right || !account) throw unauthorized("The handle or the password is wrong.");

      if (!isCurrentHash(account.passwordHash)) {
        // Only now is the password known. If this fails, the next log-in tries again.
        const { id, passwordHash: from } = account;
        await app.passwords
          .hash(request.body.password)
          .then((to) => app.database.write((database) => replacePasswordHash(database, id, { from, to })))
          .catch((error) => request.log.warn(error, "an imported password hash was not replaced"));
      }
      const refreshToken = newRefreshToken();
      const session = {
        id: uuidv7(),
        accountId: account.id,
        refreshTokenHash: refreshTokenHash(refreshToken),
        device: { userAgent: request.headers["user-agent"], address: request.ip },
      };
      await app.database.write((database) => startSession(database, session));
      return answer({ accountId: account.id, sessionId: session.id }, refreshToken);
    },
  );

  app.post(
    "/sessions/refresh",
    {
      onRequest: app.limitAddress("sessionsPerAddress"),
      schema: {
        tags: ["sessions"],
        operationId: "refreshSession",
        summary: "Exchange a refresh token for new tokens",
        description:
          "A refresh token is used once. One that is used again ends the session, but for the minute after its use, " +
          "while the token it was exchanged for is unused: then it gets that same token again.",
        body: refreshBody,
        response: schemas.answers(200, schemas.sessionView),
      },
    },
    async (request) => {
      const rotation = await app.database.transaction((transaction) =>
        rotateRefreshToken(transaction, request.body.refreshToken, settings.signingKeys),
      );
      if (rotation.verdict === "reused")
        request.log.warn("a refresh token was used twice; its session is ended");
      if (rotation.verdict !== "rotated") throw unauthorized("The refresh token is not valid any more.");
      return answer(rotation.caller, rotation.refreshToken);
    },
  );

  app.get(
    "/me/sessions",
    {
      onRequest: app.authenticate,
      preHandler: app.requireLiveSession,
      schema: {
        operationId: "listSessions",
        tags: ["sessions"],
        summary: "Your sessions that live, the one used last first",
        security: schemas.bearer,
        response: schemas.answers(200, Type.Object({ items: Type.Array(schemas.shownSessionView) })),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const sessions = await app.database.read((database) => listSessions(database, caller.accountId));
      return { items: sessions.map((session) => showSession(session, caller)) };
    },
  );

  app.delete(
    "/me/sessions/:id",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      preHandler: app.requireLiveSession,
      schema: {
        operationId: "endSession",
        tags: ["sessions"],
        summary: "End one of your sessions",
        description: "Ended again, it stays ended.",
        security: schemas.bearer,
        params: schemas.postId,
        response: schemas.answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      const session = { accountId: callerOf(request).accountId, sessionId: request.params.id };
      const known = await app.database.write((database) => endSession(database, session));
      if (!known) throw notFound("such session of yours");
      return reply.code(204).send(null);
    },
  );

  app.delete(
    "/me/sessions",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      preHandler: app.requireLiveSession,
      schema: {
        operationId: "endOtherSessions",
        tags: ["sessions"],
        summary: "End all your sessions but this one",
        security: schemas.bearer,
        response: schemas.answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await app.database.write((database) => endOtherSessions(database, caller));
      return reply.code(204).send(null);
    },
  );

  app.delete(
    "/sessions",
    {
      onRequest: app.authenticate,
      schema: {
        tags: ["sessions"],
        operationId: "logOut",
        summary: "Log out",
        description:
          "Ends the session of the access token, and with it its access and refresh tokens, at once.",
        security: schemas.bearer,
        response: schemas.answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await app.database.write((database) => endSession(database, caller));
      return reply.code(204).send(null);
    },
  );
};
