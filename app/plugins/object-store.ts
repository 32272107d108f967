import fastifyPlugin from "fastify-plugin";
import { ObjectStore } from "../object-store.ts";
import type { ObjectStoreSettings } from "../settings/settings.ts";
import type { Tracing } from "../tracing/tracing.ts";

declare module "fastify" {
  interface FastifyInstance {
    objectStore: ObjectStore;
  }
}

/** The bucket that keeps uploads, as `app.objectStore`. */
export const objectStore = fastifyPlugin<{ settings: ObjectStoreSettings; tracing: Tracing }>(
  async (app, { settings, tracing }) => {
    const store = new ObjectStore(settings, tracing);
    app.decorate("objectStore", store);
    app.addHook("onClose", () => store.end());
  },
  { name: "object-store" },
);
