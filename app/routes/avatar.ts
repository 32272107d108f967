import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { budgetMs } from "../database/access.ts";
import { fromNowWithinMs } from "../database/deadline.ts";
import { once, operationOf } from "../idempotency.ts";
import { callerOf } from "../plugins/authentication.ts";
import { largestImageBytes, type ReceivedImage, receiveImage } from "../receive-image.ts";
import { setAvatar } from "../repositories/accounts.ts";
import type { Operation } from "../repositories/idempotency-keys.ts";
import { Turns } from "../turns.ts";
import * as schemas from "./schemas.ts";

/** Each holds one image in memory, so that it can be sent to the store again. */
const uploadsAtOnce = 20;
const uploadsWaiting = 100;

const avatarView = Type.Object({ avatarUrl: Type.String({ format: "uri" }) });

/** The caller's picture. */
export const avatarRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const turns = new Turns(uploadsAtOnce, uploadsWaiting);

  // In this scope alone a body is a stream, whatever it claims to be.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, stream, done) => done(null, stream));

  const keep = async (accountId: string, hash: string, image: ReceivedImage, operation: Operation) => {
    // The content names the object: putting it there again changes nothing, and nobody's picture is replaced under an
    // address that is cached for ever. An earlier one stays: someone may be looking at it.
    const key = `avatars/${accountId}/${hash}.${image.extension}`;
    await app.objectStore.put(key, image.bytes, image.mediaType);

    const avatar = { key, url: app.objectStore.publicUrl(key) };
    return app.database.transaction((transaction) =>
      once(transaction, operation, 200, async () => {
        await setAvatar(transaction, accountId, avatar);
        return { avatarUrl: avatar.url };
      }),
    );
  };

  app.put<{ Body: Readable }>(
    "/me/avatar",
    {
      onRequest: [app.authenticate, app.limitAccount("uploadsPerAccount")],
      bodyLimit: largestImageBytes,
      preHandler: app.requireLiveSession,
      schema: {
        tags: ["profile"],
        summary: "Upload your avatar",
        description:
          "A PNG, JPEG, GIF or WebP image of up to 2 MiB. Its content tells what it is, not its header.",
        consumes: ["image/png", "image/jpeg", "image/gif", "image/webp"],
        security: schemas.bearer,
        headers: schemas.idempotencyKey,
        response: schemas.answers(200, avatarView),
      },
    },
    async (request, reply) => {
      const { accountId } = callerOf(request);
      const outcome = await turns.take(async () => {
        const { "content-type": declared, "content-length": length } = request.headers;
        const image = await receiveImage(
          request.body ?? request.raw,
          declared,
          length ? Number(length) : undefined,
        );
        const hash = createHash("sha256").update(image.bytes).digest("hex");
        const operation = operationOf(request, accountId, { hash });
        // Its arrival took the time it took; from here on it is held like any other request.
        return fromNowWithinMs(budgetMs, () => keep(accountId, hash, image, operation));
      });
      return reply.sendOnce(outcome);
    },
  );
};
