import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import fastifyPlugin from "fastify-plugin";
import { pictureMediaTypes } from "../pictures/picture.ts";
import { problemView } from "../routes/schemas.ts";
import { revalidated } from "./revalidation.ts";

/** What Swagger UI needs. Its own default would turn every address into https, which the local target does not have. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "base-uri 'self'",
  "frame-ancestors 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "script-src-attr 'none'",
  "style-src 'self' 'unsafe-inline'",
].join("; ");

/** What of the document is completed here. */
interface OpenApi {
  paths?: Record<string, Record<string, Operation>>;
}
interface Operation {
  operationId?: string;
  security?: unknown[];
  parameters?: { name: string }[];
  requestBody?: unknown;
  responses?: Record<string, { description?: string; headers?: object; content?: Record<string, object> }>;
}

const problemType = "application/problem+json";
/** One name for what is everywhere the same: a client has one type for it. */
const problemReference = { $ref: "#/components/schemas/Problem" };

const retryAfter = {
  "retry-after": { description: "Seconds until it makes sense to ask again.", schema: { type: "integer" } },
};
const replayed = {
  "idempotency-replayed": {
    description: "true where the key was answered before, and this is that answer.",
    schema: { type: "string", enum: ["true"] },
  },
};

/** Adds what is the same everywhere, and what a route's schemas cannot say. */
function completed<T extends OpenApi>(document: T): T {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      operation.security ??= [];
      const responses = operation.responses ?? {};
      for (const { content } of Object.values(responses)) {
        if (content?.[problemType]) content[problemType] = { schema: problemReference };
      }
      const problem = responses["4XX"];
      if (problem && method !== "get") {
        responses["429"] = { ...problem, description: "A limit is reached", headers: retryAfter };
      }
      if (responses["5XX"])
        responses["503"] = { ...responses["5XX"], description: "Not now", headers: retryAfter };
      if (operation.parameters?.some(({ name }) => name === "idempotency-key")) {
        for (const [status, response] of Object.entries(responses))
          if (status.startsWith("2")) response.headers = { ...response.headers, ...replayed };
      }
      if (operation.operationId === "putAvatar") operation.requestBody = pictureBody;
    }
  }
  return document;
}

const pictureBody = {
  required: true,
  // The first is what programs send that do not know what a picture is, and what client generators know.
  content: Object.fromEntries(
    ["application/octet-stream", ...pictureMediaTypes].map((type) => [
      type,
      { schema: { type: "string", format: "binary" } },
    ]),
  ),
};

/** Describes every route that is registered after it: `/openapi.json` for programs, `/docs` for people. */
export const openapi = fastifyPlugin(
  async (app) => {
    await app.register(swagger, {
      transformObject: (document) =>
        "openapiObject" in document ? completed(document.openapiObject as OpenApi) : document.swaggerObject,
      openapi: {
        openapi: "3.1.0",
        info: {
          title: "Capstone",
          version: "1",
          license: { name: "MIT", identifier: "MIT" },
          description:
            "Errors are problem documents (RFC 9457). Every answer has x-served-by and x-request-id. " +
            "A write without an answer may be sent again with the same idempotency-key: it happens once.",
        },
        servers: [{ url: "/" }],
        components: {
          schemas: { Problem: problemView },
          securitySchemes: { accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
        },
        tags: [
          { name: "accounts" },
          { name: "sessions" },
          { name: "profile" },
          { name: "posts" },
          { name: "operations" },
        ],
      },
    });
    app.get("/openapi.json", { config: revalidated, schema: { hide: true } }, async () => app.swagger());
    await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: contentSecurityPolicy });
  },
  { name: "openapi" },
);
