import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { preValidationHookHandler } from "fastify";
import { cursorOf, positionAt } from "../cursor.ts";
import { foldHandle, handleInAddress } from "../handles.ts";
import { revalidated } from "../plugins/revalidation.ts";
import { notFound, Problem } from "../problem.ts";
import { findProfile } from "../repositories/accounts.ts";
import { listPosts } from "../repositories/posts.ts";
import { signUp } from "../sign-up.ts";
import * as schemas from "./schemas.ts";
import { showPost, showProfile } from "./views.ts";

const signUpBody = schemas.body({
  handle: schemas.handle,
  email: schemas.email,
  password: schemas.password,
});
const accountView = Type.Object({ id: Type.String({ format: "uuid" }), handle: Type.String() });
const params = Type.Object({ handle: Type.String() });
const pageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: "20 when not given." })),
  cursor: Type.Optional(Type.String({ maxLength: 64, description: "nextCursor of the page before." })),
});
const postPage = Type.Object({ items: Type.Array(schemas.postView), nextCursor: schemas.nullableString });

/** The converter would take `true`, `0x10` and `1.5` for numbers. */
const refuseOddNumbers: preValidationHookHandler = (request, _reply, done) => {
  const { limit } = request.query as { limit?: unknown };
  const isPlain = limit === undefined || (typeof limit === "string" && /^\d{1,3}$/.test(limit));
  const causes = [{ at: "querystring/limit", detail: "must be a whole number from 1 to 100" }];
  done(
    isPlain
      ? undefined
      : new Problem(400, "invalid-request", "The querystring is not what this address takes.", { causes }),
  );
};

/** Public accounts, and sign-up. */
export const userRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/users",
    {
      onRequest: app.limitAddress("signUpsPerAddress"),
      schema: {
        tags: ["accounts"],
        operationId: "signUp",
        summary: "Sign up",
        headers: schemas.idempotencyKey,
        body: signUpBody,
        response: schemas.answers(201, accountView),
      },
    },
    async (request, reply) => {
      const { handle, email, password } = request.body;
      const account = { handle: foldHandle(handle), email: email.toLowerCase(), password };
      return reply.sendOnce(await signUp(app, request, account));
    },
  );

  app.get(
    "/users/:handle",
    {
      config: revalidated,
      schema: {
        tags: ["accounts"],
        operationId: "getUser",
        summary: "A user's page",
        params,
        response: schemas.answers(200, schemas.profileView),
      },
    },
    async (request) => {
      const handle = handleInAddress(request.params.handle);
      const profile = handle && (await app.database.read((database) => findProfile(database, handle)));
      if (!profile) throw notFound("such user");
      return showProfile(profile, app.objectStore);
    },
  );

  app.get(
    "/users/:handle/posts",
    {
      config: revalidated,
      schema: {
        tags: ["posts"],
        operationId: "listPosts",
        summary: "A user's posts, newest first",
        params,
        querystring: pageQuery,
        response: schemas.answers(200, postPage),
      },
      preValidation: refuseOddNumbers,
    },
    async (request) => {
      const { limit = 20, cursor } = request.query;
      const after = cursor === undefined ? undefined : positionAt(cursor);
      const handle = handleInAddress(request.params.handle);
      // One more than asked for tells whether there is a next page.
      const page = { limit: limit + 1, after };
      const posts = handle && (await app.database.read((database) => listPosts(database, handle, page)));
      if (!posts) throw notFound("such user");
      const items = posts.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map(showPost),
        nextCursor: posts.length > limit && last ? cursorOf(last) : null,
      };
    },
  );
};
