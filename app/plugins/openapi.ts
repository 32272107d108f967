import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import fastifyPlugin from "fastify-plugin";

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

/** Describes every route that is registered after it: `/openapi.json` for programs, `/docs` for people. */
export const openapi = fastifyPlugin(
  async (app) => {
    await app.register(swagger, {
      openapi: {
        openapi: "3.1.0",
        info: {
          title: "Capstone",
          version: "1",
          description:
            "Errors are problem documents (RFC 9457). Every answer has x-served-by and x-request-id. " +
            "A write without an answer may be sent again with the same idempotency-key: it happens once.",
        },
        components: {
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
    app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
    await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: contentSecurityPolicy });
  },
  { name: "openapi" },
);
