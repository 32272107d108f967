import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { Problem } from "../problem.ts";

const stateOf = Type.Object({ status: Type.String(), node: Type.String() });

/** What proxies, people and Prometheus ask. */
export const healthRoutes: FastifyPluginAsyncTypebox<{ nodeName: string }> = async (app, { nodeName }) => {
  app.get("/health", { schema: { response: { 200: stateOf } } }, async () => {
    if (app.readiness.state !== "ready") {
      throw new Problem(503, app.readiness.state, `This node is ${app.readiness.state}.`, {
        retryAfterSeconds: 1,
      });
    }
    return { status: "ready", node: nodeName };
  });

  app.get("/health/live", { schema: { response: { 200: stateOf } } }, async () => ({
    status: "live",
    node: nodeName,
  }));
};
