import { createHash } from "node:crypto";
import fastifyPlugin from "fastify-plugin";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The `cache-control` of the route's answers with 200, which then have an `etag`. Others are not to be kept. */
    cacheControl?: string;
  }
}

/** May be kept, and is asked for again every time: the next read must see a write. */
export const revalidated = { cacheControl: "no-cache" };

/** Answers with nothing but 304 where the client has the answer already. */
export const revalidation = fastifyPlugin(
  async (app) => {
    app.addHook("onSend", async (request, reply, payload) => {
      const { cacheControl } = request.routeOptions.config;
      if (cacheControl === undefined || reply.statusCode !== 200 || typeof payload !== "string")
        return payload;
      // Weak, as the bytes depend on how they are compressed.
      const tag = `"${createHash("sha256").update(payload).digest("base64url")}"`;
      reply.header("cache-control", cacheControl).header("etag", `W/${tag}`);
      if (!names(request.headers["if-none-match"], tag)) return payload;
      reply.code(304).removeHeader("content-type");
      return "";
    });
  },
  { name: "revalidation" },
);

/** Compares weakly, as RFC 9110 asks for here. */
function names(ifNoneMatch = "", tag: string): boolean {
  return ifNoneMatch.split(",").some((each) => ["*", tag].includes(each.trim().replace(/^W\//, "")));
}
