import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { budgetMs } from "../database/access.ts";
import { fromNowWithinMs } from "../database/deadline.ts";
import { once, operationOf } from "../idempotency.ts";
import {
  largestPictureBytes,
  makePicture,
  NotAPicture,
  type Picture,
  pictureMediaTypes,
  smallKey,
} from "../pictures/picture.ts";
import { Reception } from "../pictures/receive.ts";
import { callerOf, sessionEnded } from "../plugins/authentication.ts";
import { Problem } from "../problem.ts";
import { lockLiveAccount, setAvatar } from "../repositories/accounts.ts";
import type { Operation } from "../repositories/idempotency-keys.ts";
import { abandonObject, expectObject, useObject } from "../repositories/unused-objects.ts";
import type { Caller } from "../security/access-tokens.ts";
import { Turns } from "../turns.ts";
import * as schemas from "./schemas.ts";

/** Decoding takes memory: one after the other. */
const decodedAtOnce = 1;
const waitingForDecoding = 20;

const avatarView = Type.Object({
  avatarUrl: Type.String({ format: "uri", description: "WebP, at most 1,024 pixels wide and high." }),
  smallUrl: Type.String({ format: "uri", description: "The same, at most 160 pixels wide and high." }),
  animated: Type.Boolean({
    description: "Whether it moves. An animation that is too large to be kept moving is its first frame.",
  }),
});

/** The caller's picture. */
export const avatarRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const reception = new Reception();
  const turns = new Turns(decodedAtOnce, waitingForDecoding);

  const keep = async (caller: Caller, picture: Picture, operation: Operation) => {
    const { accountId } = caller;
    // The address names the upload and the content, so that storing it again changes nothing, and an address is cached
    // for ever and never used for something else.
    const upload = createHash("sha256").update(operation.key).update(operation.fingerprint).digest("hex");
    const key = `avatars/${accountId}/${upload.slice(0, 16)}-${picture.hash}.${picture.extension}`;
    await app.database.write((database) => expectObject(database, { key, accountId }));
    await app.objectStore.put(smallKey(key), picture.small, picture.mediaType);
    await app.objectStore.put(key, picture.full, picture.mediaType);

    const avatar = { key, url: app.objectStore.publicUrl(key) };
    return app.database.transaction((transaction) =>
      once(transaction, operation, 200, async () => {
        const account = await lockLiveAccount(transaction, caller);
        if (account === undefined) throw sessionEnded();
        await setAvatar(transaction, accountId, avatar);
        await useObject(transaction, key);
        const { avatarKey: before } = account;
        if (before && before !== key) await abandonObject(transaction, { key: before, accountId });
        return {
          avatarUrl: avatar.url,
          smallUrl: app.objectStore.publicUrl(smallKey(key)),
          animated: picture.animated,
        };
      }),
    );
  };

  app.delete(
    "/me/avatar",
    {
      onRequest: [app.authenticate, app.limitAccount("writesPerAccount")],
      preHandler: app.requireLiveSession,
      schema: {
        operationId: "deleteAvatar",
        tags: ["profile"],
        summary: "Remove your avatar",
        security: schemas.bearer,
        headers: schemas.idempotencyKey,
        response: schemas.answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { accountId } = caller;
      const operation = operationOf(request, accountId, {});
      const outcome = await app.database.transaction((transaction) =>
        once(transaction, operation, 204, async () => {
          const account = await lockLiveAccount(transaction, caller);
          if (account === undefined) throw sessionEnded();
          await setAvatar(transaction, accountId, undefined);
          if (account.avatarKey) await abandonObject(transaction, { key: account.avatarKey, accountId });
          return {};
        }),
      );
      return reply.sendOnce(outcome);
    },
  );

  await app.register(async (uploads) => {
    // In this scope alone a body is a stream, whatever it claims to be.
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser("*", (_request, stream, done) => done(null, stream));

    uploads.put<{ Body: Readable }>(
      "/me/avatar",
      {
        onRequest: [app.authenticate, app.limitAccount("uploadsPerAccount")],
        bodyLimit: largestPictureBytes,
        preHandler: app.requireLiveSession,
        schema: {
          operationId: "putAvatar",
          tags: ["profile"],
          summary: "Upload your avatar",
          description:
            "A JPEG, PNG, WebP or GIF of up to 10 MiB, as cameras and phones make them. Its content tells what it is, " +
            "not its header. It is published as WebP, upright, without anything else that the file said.",
          consumes: pictureMediaTypes,
          security: schemas.bearer,
          headers: schemas.idempotencyKey,
          response: schemas.answers(200, avatarView),
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const { accountId } = caller;
        const { "content-type": declared, "content-length": length } = request.headers;
        refuseOtherTypes(declared);
        const declaredBytes = length ? Number(length) : undefined;
        const outcome = await reception.receive(
          request.body ?? request.raw,
          { accountId, declaredBytes },
          async (file) => {
            const hash = createHash("sha256").update(file).digest("hex");
            const operation = operationOf(request, accountId, { hash });
            const picture = await turns.take(() => makePicture(file).catch(refuseFile));
            // Its arrival took the time it took; from here on it is held like any other request.
            return fromNowWithinMs(budgetMs, () => keep(caller, picture, operation));
          },
        );
        return reply.sendOnce(outcome);
      },
    );
  });
};

/** The content type of clients that do not know it. */
const undeclared = ["", "application/octet-stream"];

/** What a client claims decides nothing, but a page or a form is no picture. */
function refuseOtherTypes(declared = ""): void {
  const claim = declared.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (undeclared.includes(claim) || /^image\/(?!svg|\*)/.test(claim)) return;
  throw new Problem(
    415,
    "not-an-image",
    `This is not published: its content type is none of ${pictureMediaTypes.join(", ")}.`,
  );
}

function refuseFile(error: Error): never {
  if (!(error instanceof NotAPicture)) throw error;
  throw new Problem(415, "not-an-image", `This is not published: ${error.message}.`);
}
