import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Once, operationOf, sameAnswer } from "../idempotency.ts";
import { callerOf, sessionEnded } from "../plugins/authentication.ts";
import { findAnswer } from "../repositories/idempotency-keys.ts";
import { insertPostOnce } from "../repositories/posts.ts";
import { uuidv7 } from "../security/uuid.ts";
import * as schemas from "./schemas.ts";

const newPost = schemas.body({ body: schemas.postBody });

interface PostAnswer {
  id: string;
  body: string;
  createdAt: string;
}

/** Making posts. */
export const postRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/me/posts",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      schema: {
        tags: ["posts"],
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
        if (posting === "key-known") {
          return { answer: sameAnswer(await findAnswer(database, operation)), replayed: true };
        }
        return { answer: { ...post, createdAt: posting.createdAt.toISOString() }, replayed: false };
      });
      reply.code(201);
      return reply.sendOnce(outcome);
    },
  );
};
