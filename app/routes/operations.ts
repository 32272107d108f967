import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { type Dependency, DependencyCheck } from "../dependency-check.ts";
import { notFound, Problem } from "../problem.ts";
import type { Settings } from "../settings/settings.ts";

const nodeView = Type.Object({ status: Type.String(), node: Type.String() });
const dependencyView = Type.Object({
  name: Type.String(),
  state: Type.Union([Type.Literal("up"), Type.Literal("down")]),
  latencyMs: Type.Number(),
});
const deepView = Type.Object({
  status: Type.String(),
  node: Type.String(),
  release: Type.Object({ image: Type.String(), commit: Type.String() }),
  dependencies: Type.Array(dependencyView),
});

/** A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037). */
const keySetView = Type.Unsafe<{ keys: object[] }>(
  Type.Object({
    keys: Type.Array(
      Type.Object(
        { kty: Type.String(), crv: Type.String(), x: Type.String(), kid: Type.String() },
        { additionalProperties: true },
      ),
    ),
  }),
);

/** For proxies, operators and Prometheus. */
export const operationsRoutes: FastifyPluginAsyncTypebox<{ settings: Settings }> = async (
  app,
  { settings },
) => {
  const { nodeName: node, release } = settings;
  const dependencies = new DependencyCheck(app.database, app.objectStore);
  // Health checks must be answered by an overloaded node too.
  const config = { pressureHandler: () => undefined };
  const tags = ["operations"];

  app.get(
    "/health",
    {
      config,
      schema: {
        operationId: "health",
        tags,
        summary: "Whether this node should get traffic",
        response: { 200: nodeView },
      },
    },
    async () => {
      const { state } = app.readiness;
      if (state !== "ready")
        throw new Problem(503, state, `This node is ${state}.`, { retryAfterSeconds: 1 });
      return { status: state, node };
    },
  );

  app.get(
    "/health/live",
    {
      config,
      schema: {
        operationId: "healthLive",
        tags,
        summary: "Whether the process is alive",
        response: { 200: nodeView },
      },
    },
    async () => ({ status: "live", node }),
  );

  app.get(
    "/health/deep",
    {
      config,
      schema: {
        operationId: "healthDeep",
        tags,
        summary: "Every dependency with its state and latency",
        response: { 200: deepView, 503: deepView },
      },
    },
    async (_request, reply) => {
      const states: Dependency[] = await dependencies.ask();
      const allUp = states.every(({ state }) => state === "up");
      reply.code(allUp ? 200 : 503);
      return { status: allUp ? "up" : "degraded", node, release, dependencies: states };
    },
  );

  app.get("/metrics", { schema: { hide: true } }, async (request, reply) => {
    // What came through a proxy came from outside.
    if (request.headers["x-forwarded-for"] !== undefined) throw notFound("such page");
    return reply.type(app.metrics.registry.contentType).send(await app.metrics.registry.metrics());
  });

  app.get(
    "/.well-known/jwks.json",
    {
      config: { cacheControl: "public, max-age=300" },
      schema: {
        operationId: "signingKeys",
        tags: ["sessions"],
        summary: "The public keys that sign access tokens",
        response: { 200: keySetView },
      },
    },
    async () => app.signingKeys.publicSet,
  );
};
