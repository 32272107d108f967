import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";

/** A request id that a client or proxy may choose: nothing that could break a log line or a header. */
const saneRequestId = /^[\w.:-]{8,128}$/;

/** The request's own id, if it is safe, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && saneRequestId.test(given) ? given : randomUUID();
}

/** Every answer names the node and the request. */
export const identity = fastifyPlugin<{ nodeName: string }>(
  async (app, { nodeName }) => {
    app.addHook("onRequest", (request, reply, done) => {
      sayWhoServes(request, reply, nodeName);
      done();
    });
  },
  { name: "identity" },
);

/** Also for answers that bypass all hooks. */
export function sayWhoServes(request: FastifyRequest, reply: FastifyReply, nodeName: string): void {
  reply.header("x-served-by", nodeName);
  reply.header("x-request-id", request.id);
  reply.header("x-content-type-options", "nosniff");
  // Some answers have tokens, and the next read must see a write. What may be cached says so itself.
  reply.header("cache-control", "no-store");
}
