import fastifyPlugin from "fastify-plugin";
import { DatabaseAccess, type DatabaseListener } from "../database/access.ts";
import type { DatabaseSettings } from "../settings/settings.ts";
import type { Tracing } from "../tracing/tracing.ts";

declare module "fastify" {
  interface FastifyInstance {
    database: DatabaseAccess;
  }
}

/** Access to the database, as `app.database`; closed with the service. */
export const database = fastifyPlugin<{ settings: DatabaseSettings; nodeName: string; tracing: Tracing }>(
  async (app, { settings, nodeName, tracing }) => {
    const listener: DatabaseListener = {
      onFailing: (failure) =>
        failure
          ? app.log.warn({ reason: failure.message }, "database unreachable, holding requests")
          : app.log.info("database reachable again"),
      onRetry: (error) => {
        app.metrics.databaseRetries.inc();
        app.log.debug({ reason: (error as Error).message }, "database attempt repeated");
      },
    };
    const access = new DatabaseAccess(settings, nodeName, listener, tracing);
    app.metrics.observePool(() => access.state());
    app.decorate("database", access);
    app.addHook("onClose", () => access.end());
  },
  { name: "database", dependencies: ["metrics"] },
);
