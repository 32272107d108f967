import { type Context, context, SpanStatusCode, trace } from "@opentelemetry/api";
import type { FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { isPolled } from "../logging.ts";
import type { OtlpTracing } from "../tracing/otlp-tracing.ts";

/** A span for every request but those of machines that poll, around all that it makes the service do. */
export const requestSpans = fastifyPlugin<{ tracing: OtlpTracing }>(
  async (app, { tracing }) => {
    const contexts = new WeakMap<FastifyRequest, Context>();

    app.addHook("onRequest", (request, reply, done) => {
      const route = request.routeOptions.url ?? "none";
      if (isPolled(route)) return done();
      const begun = tracing.begin(`${request.method} ${route}`, request.headers, {
        "http.request.method": request.method,
        "http.route": route,
        "capstone.request_id": request.id,
      });
      contexts.set(request, begun);
      // Whoever has an answer finds its trace by this.
      reply.header("x-trace-id", trace.getSpan(begun)?.spanContext().traceId);
      context.with(begun, done);
    });

    // Its body arrives in events of the connection, which know nothing of the request.
    app.addHook("preHandler", (request, _reply, done) => {
      context.with(contexts.get(request) ?? context.active(), done);
    });

    app.addHook("onResponse", (request, reply, done) => {
      const span = trace.getSpan(contexts.get(request) ?? context.active());
      span?.setAttribute("http.response.status_code", reply.statusCode);
      if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
      done();
    });

    app.addHook("onClose", () => tracing.end());
  },
  { name: "request-spans" },
);
