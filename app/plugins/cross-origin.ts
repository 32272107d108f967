import cors from "@fastify/cors";
import fastifyPlugin from "fastify-plugin";

/** Lets the pages of these origins, or with `*` of any, use the API from a browser. Without one none can. */
export const crossOrigin = fastifyPlugin<{ origins: string[] }>(
  async (app, { origins }) => {
    if (origins.length === 0) return;
    await app.register(cors, {
      origin: origins.includes("*") ? "*" : origins,
      methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
      // Nothing here is told by a cookie, so none is let through.
      allowedHeaders: ["authorization", "content-type", "idempotency-key", "if-none-match", "x-request-id"],
      exposedHeaders: [
        "etag",
        "idempotency-replayed",
        "retry-after",
        "www-authenticate",
        "x-request-id",
        "x-served-by",
      ],
      maxAge: 600,
      // What is no such question is no error either.
      strictPreflight: false,
    });
  },
  { name: "cross-origin" },
);
