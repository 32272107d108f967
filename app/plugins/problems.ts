import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { DatabaseFailure } from "../database/failures.ts";
import { html } from "../html.ts";
import { notFound, Problem, problemDocument, problemMediaType } from "../problem.ts";

/** As the proxies have it: bytes. */
const longestAddress = 8_000;

/** Every error is a problem document, whether it comes from a route, Fastify or the router. */
export const problems = fastifyPlugin(
  async (app: FastifyInstance) => {
    const methods = knownMethods(app);

    app.setErrorHandler<FastifyError | Problem>(refuse);

    app.addHook("onRequest", (request, reply, done) => {
      if (request.raw.url && request.raw.url.length > longestAddress) {
        done(new Problem(414, "address-too-long", `An address may have ${longestAddress} bytes.`));
        return;
      }
      const hosts = request.raw.rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
      const isRight = hosts.length === 1 || (hosts.length === 0 && request.raw.httpVersion === "1.0");
      if (!isRight) done(new Problem(400, "host", "A request names one host, in its header host."));
      // Before its body is looked at, whatever that is: there is nothing here to take it.
      else done(request.is404 ? unanswered(request, reply) : undefined);
    });

    /** What is there, but for other methods, says for which. */
    const unanswered = (request: FastifyRequest, reply: FastifyReply): Problem => {
      const allowed = methods(request.url);
      if (allowed.length === 0) return notFound("such page");
      reply.header("allow", allowed.join(", "));
      return new Problem(405, "method-not-allowed", `This address answers ${allowed.join(", ")}.`);
    };
    app.setNotFoundHandler((request, reply) => sendProblem(request, reply, unanswered(request, reply)));
  },
  { name: "problems" },
);

/** Answers an error with what may be disclosed; our own errors are logged. */
export function refuse(
  error: FastifyError | Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = toProblem(error);
  if (error instanceof DatabaseFailure)
    request.log.warn({ reason: error.message, outcome: error.outcome }, "gave up");
  else if (request.raw.errored) request.log.info({ reason: request.raw.errored.message }, "upload broke off");
  else if (problem.statusCode === 500) request.log.error({ err: error }, "request failed");
  return sendProblem(request, reply, problem);
}

/** Answers with the problem; its headers too. */
function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.statusCode === 401) reply.header("www-authenticate", challengeOf(request));
  if (problem.retryAfterSeconds !== undefined) reply.header("retry-after", problem.retryAfterSeconds);
  reply.code(problem.statusCode);
  reply.header("vary", [reply.getHeader("vary"), "accept"].filter(Boolean).join(", "));
  if (asksForPage(request)) {
    const page = html`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${problem.title}</title>
<h1>${problem.title}</h1><p>${problem.message}</p><p><small>${request.id}</small></p></html>
`;
    return reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", "default-src 'none'")
      .serializer((text: string) => text)
      .send(page.text);
  }
  return reply.type(problemMediaType).serializer(JSON.stringify).send(problemDocument(problem, request.id));
}

/** A browser that goes to an address asks for HTML before anything else; a program does not. */
function asksForPage({ headers: { accept = "" } }: FastifyRequest): boolean {
  return /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(accept);
}

/** RFC 6750: a token that is there and not accepted is told from one that is missing. */
function challengeOf({ headers: { authorization = "" } }: FastifyRequest): string {
  return /^bearer [\w-]+\.[\w-]+\.[\w-]+$/i.test(authorization) ? 'Bearer error="invalid_token"' : "Bearer";
}

/** What is disclosed about an error. Of our own, only that there was one. */
export function toProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DatabaseFailure) return fromDatabase(error);
  if ("validation" in error && error.validation) return fromValidation(error);
  const status = error.statusCode ?? 500;
  if (status < 400 || status >= 500) {
    return status === 503
      ? new Problem(503, "overloaded", "This node is overloaded.", { retryAfterSeconds: 2 })
      : new Problem(500, "internal", "Something went wrong here. Quote the request id to find out what.");
  }
  return new Problem(status, "bad-request", describe(error, status));
}

function fromDatabase(failure: DatabaseFailure): Problem {
  return failure.outcome === "unknown"
    ? new Problem(
        503,
        "outcome-unknown",
        "This may have happened or not. Sent again with the same idempotency-key it happens once.",
        { retryAfterSeconds: 5 },
      )
    : new Problem(503, "database-unavailable", "Nothing was done: the database does not answer.", {
        retryAfterSeconds: 5,
      });
}

function fromValidation(error: FastifyError): Problem {
  const where = error.validationContext ?? "request";
  const causes = (error.validation ?? []).slice(0, 10).map(({ instancePath, message }) => ({
    at: where === "body" ? instancePath : `${where}${instancePath}`,
    detail: message ?? "is not valid",
  }));
  return new Problem(400, "invalid-request", `The ${where} is not what this address takes.`, { causes });
}

/** Fastify's own messages can repeat what was sent; these do not. */
function describe(error: FastifyError, status: number): string {
  if (status === 413) return "The body is larger than this address takes.";
  if (status === 415) return "This address does not take a body of this content type.";
  if (status === 400) return "The request cannot be read: its body, address or headers are malformed.";
  return error.code === undefined ? "The request was refused." : "The request cannot be handled.";
}

/** Which methods an address answers, for 405 instead of 404. */
function knownMethods(app: FastifyInstance): (url: string) => string[] {
  const routes: { pattern: RegExp; methods: string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const source = url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:\w+/g, "[^/]+");
    routes.push({ pattern: new RegExp(`^${source}$`), methods: [method].flat() });
  });
  return (url) => {
    const path = url.split("?", 1)[0] ?? "";
    const matching = routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(matching)];
  };
}
