import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { type Once, once, operationOf, replayOf } from "../idempotency.ts";
import { callerOf, sessionEnded } from "../plugins/authentication.ts";
import { revalidated } from "../plugins/revalidation.ts";
import { notFound } from "../problem.ts";
import { lockLiveAccount } from "../repositories/accounts.ts";
import { findAnswer } from "../repositories/idempotency-keys.ts";
import { changePost, deletePost, findPost, insertPostOnce } from "../repositories/posts.ts";
import { uuidv7 } from "../security/uuid.ts";
import * as schemas from "./schemas.ts";
import { showPost } from "./views.ts";

const newPost = schemas.body({ body: schemas.postBody });

interface PostAnswer {
  id: string;
  body: string;
  createdAt: string;
}

/** Posts: made, read, changed, deleted. */
export const postRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/me/posts",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      schema: {
        tags: ["posts"],
        operationId: "post",
        summary: "Post",
        security: schemas.bearer,
        headers: schemas.idempotencyKey,
        body: newPost,
        response: schemas.answers(201, schemas.postView),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const operation = operationOf(request, caller.accountId, request.body);
      const post = { id: uuidv7(), body: request.body.body };
      const outcome = await app.database.write(async (database): Promise<Once<PostAnswer>> => {
        const posting = await insertPostOnce(database, caller, operation, post);
        if (posting === "no-session") throw sessionEnded();
        if (posting === "key-known") return replayOf(await findAnswer(database, operation));
        const answer = { ...post, createdAt: posting.createdAt.toISOString() };
        return { status: 201, answer, replayed: false };
      });
      return reply.sendOnce(outcome);
    },
  );

  app.get(
    "/posts/:id",
    {
      config: revalidated,
      schema: {
        operationId: "getPost",
        tags: ["posts"],
        summary: "One post",
        params: schemas.postId,
        response: schemas.answers(200, schemas.singlePostView),
      },
    },
    async (request) => {
      const post = await app.database.read((database) => findPost(database, request.params.id));
      if (!post) throw notFound("such post");
      return { ...showPost(post), handle: post.handle };
    },
  );

  app.patch(
    "/me/posts/:id",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      preHandler: app.requireLiveSession,
      schema: {
        operationId: "changePost",
        tags: ["posts"],
        summary: "Change a post of yours",
        security: schemas.bearer,
        headers: schemas.idempotencyKey,
        params: schemas.postId,
        body: newPost,
        response: schemas.answers(200, schemas.postView),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const post = { id: request.params.id.toLowerCase(), body: request.body.body };
      const operation = operationOf(request, caller.accountId, post);
      const outcome = await app.database.transaction((transaction) =>
        once(transaction, operation, 200, async () => {
          if (!(await lockLiveAccount(transaction, caller))) throw sessionEnded();
          const changed = await changePost(transaction, caller.accountId, post);
          if (!changed) throw notFound("such post of yours");
          return showPost(changed);
        }),
      );
      return reply.sendOnce(outcome);
    },
  );

  app.delete(
    "/me/posts/:id",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      preHandler: app.requireLiveSession,
      schema: {
        operationId: "deletePost",
        tags: ["posts"],
        summary: "Delete a post of yours",
        description: "Sent again within a day it is answered as before, with a key or without one.",
        security: schemas.bearer,
        headers: schemas.idempotencyKey,
        params: schemas.postId,
        response: schemas.answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const id = request.params.id.toLowerCase();
      // A proxy may send it to two nodes, without a key: the second must not say that there is no such post.
      const operation = operationOf(request, caller.accountId, { id }, `delete post ${id}`);
      const outcome = await app.database.transaction((transaction) =>
        once(transaction, operation, 204, async () => {
          if (!(await lockLiveAccount(transaction, caller))) throw sessionEnded();
          if (!(await deletePost(transaction, caller.accountId, id))) throw notFound("such post of yours");
          return {};
        }),
      );
      return reply.sendOnce(outcome);
    },
  );
};
