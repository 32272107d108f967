import { Readable } from "node:stream";
import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { once, operationOf } from "../idempotency.ts";
import { demandPassword, ownCredentials } from "../own-password.ts";
import { smallKey } from "../pictures/picture.ts";
import { callerOf, sessionEnded } from "../plugins/authentication.ts";
import { Problem } from "../problem.ts";
import {
  deleteAccount,
  findOwnProfile,
  lockLiveAccount,
  type OwnProfile,
  setPasswordHash,
} from "../repositories/accounts.ts";
import { findAnswer } from "../repositories/idempotency-keys.ts";
import { deleteSomePosts, listPosts, type Position } from "../repositories/posts.ts";
import { endOtherSessions, listSessions } from "../repositories/sessions.ts";
import { abandonAllOf, abandonObject } from "../repositories/unused-objects.ts";
import { demandGoodPassword } from "../security/known-passwords.ts";
import * as schemas from "./schemas.ts";
import { showOwnProfile, showPost, showSession } from "./views.ts";

/** Posts that are read, or deleted, at a time. */
const postsAtOnce = 1_000;

/** What only the owner of an account does with it as a whole: its password, its export, its end. */
export const ownAccountRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.put(
    "/me/password",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      schema: {
        operationId: "changePassword",
        tags: ["accounts"],
        summary: "Change your password",
        description: "Every other session of yours ends.",
        security: schemas.bearer,
        headers: schemas.idempotencyKey,
        body: schemas.body({ currentPassword: schemas.anyPassword, newPassword: schemas.password }),
        response: schemas.answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { currentPassword, newPassword } = request.body;
      const operation = operationOf(request, caller.accountId, { change: "password" });
      const { passwordHash: before, ...account } = await ownCredentials(app, request);
      demandGoodPassword(newPassword, account);
      // Sent again after it was done: the current password is the new one already, and nothing is left to do.
      const isDone = await app.passwords.verify(newPassword, before);
      if (!isDone || currentPassword === newPassword) {
        const known = await demandPassword(app, request, currentPassword);
        const passwordHash = await app.passwords.hash(newPassword);
        await app.database.transaction((transaction) =>
          once(transaction, operation, 204, async () => {
            const account = await lockLiveAccount(transaction, caller);
            if (account === undefined) throw sessionEnded();
            if (account.passwordHash !== known.passwordHash) {
              throw new Problem(409, "changed-meanwhile", "The password was changed at the same time.");
            }
            await setPasswordHash(transaction, caller.accountId, passwordHash);
            await endOtherSessions(transaction, caller);
            return {};
          }),
        );
      }
      return reply.code(204).send(null);
    },
  );

  app.get(
    "/me/export",
    {
      onRequest: [app.authenticate, app.limitAccount("exportsPerAccount")],
      schema: {
        operationId: "exportAccount",
        tags: ["accounts"],
        summary: "Everything of your account, as a file",
        security: schemas.bearer,
        response: schemas.answers(200, Type.Unsafe<object>(schemas.exportView)),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const profile = await app.database.read((database) => findOwnProfile(database, caller));
      if (!profile) throw sessionEnded();
      const sessions = await app.database.read((database) => listSessions(database, caller.accountId));
      const postsOf = (after: Position | undefined) =>
        app.database.read((database) => listPosts(database, profile.handle, { limit: postsAtOnce, after }));
      const head = {
        account: showOwnProfile(profile, app.objectStore),
        sessions: sessions.map((session) => showSession(session, caller)),
      };
      return reply
        .type("application/json; charset=utf-8")
        .header("content-disposition", `attachment; filename="${profile.handle}.json"`)
        .send(Readable.from(exported(head, postsOf)));
    },
  );

  const finish = async (profile: OwnProfile, request: Parameters<typeof callerOf>[0]) => {
    const caller = callerOf(request);
    // Many posts are not deleted in one statement.
    while ((await app.database.write((database) => deleteSomePosts(database, profile.id, postsAtOnce))) > 0);
    await app.database.transaction((transaction) =>
      once(transaction, deletionOf(request), 204, async () => {
        const account = await lockLiveAccount(transaction, caller);
        if (account === undefined) throw sessionEnded();
        await abandonAllOf(transaction, profile.id);
        if (account.avatarKey) {
          await abandonObject(transaction, { key: account.avatarKey, accountId: profile.id }, "at once");
        }
        await deleteAccount(transaction, profile);
        return {};
      }),
    );
    // What is not removed now is removed by the clean-up.
    if (profile.avatarKey) {
      const keys = [profile.avatarKey, smallKey(profile.avatarKey)];
      await app.objectStore
        .remove([...new Set(keys)])
        .catch((error) => request.log.warn({ reason: error.message }, "an avatar stays for now"));
    }
  };

  app.delete(
    "/me",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      schema: {
        operationId: "deleteAccount",
        tags: ["accounts"],
        summary: "Delete your account",
        description: "It goes with all that belongs to it, at once and for good.",
        security: schemas.bearer,
        headers: schemas.idempotencyKey,
        body: schemas.body({ password: schemas.anyPassword }),
        response: schemas.answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const profile = await app.database.read((database) => findOwnProfile(database, caller));
      if (profile) {
        await demandPassword(app, request, request.body.password);
        await finish(profile, request);
        return reply.code(204).send(null);
      }
      // Sent again after it was done, perhaps because the answer was lost.
      const answer = await app.database.write((database) => findAnswer(database, deletionOf(request)));
      if (answer === undefined) throw sessionEnded();
      return reply.code(204).send(null);
    },
  );

  /** An account is deleted once, whatever key it is deleted under. */
  const deletionOf = (request: Parameters<typeof callerOf>[0]) => ({
    ...operationOf(request, `deleted:${callerOf(request).accountId}`, {}),
    key: "deletion",
  });
};

/** JSON as it is read, so that an account of any size takes no more memory than another. */
async function* exported(
  head: object,
  postsOf: (after: Position | undefined) => Promise<Parameters<typeof showPost>[0][] | undefined>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"posts":[`;
  let after: Position | undefined;
  for (;;) {
    const posts = (await postsOf(after)) ?? [];
    if (posts.length > 0) {
      yield (after ? "," : "") + posts.map((post) => JSON.stringify(showPost(post))).join(",");
    }
    after = posts.at(-1);
    if (posts.length < postsAtOnce) break;
  }
  yield "]}";
}
