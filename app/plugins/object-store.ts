import fastifyPlugin from "fastify-plugin";
import { ObjectStore } from "../object-store.ts";
import type { ObjectStoreSettings } from "../settings/settings.ts";

declare module "fastify" {
  interface FastifyInstance {
    objectStore: ObjectStore;
  }
}

/** The bucket that keeps uploads, as `app.objectStore`. */
export const objectStore = fastifyPlugin<{ settings: ObjectStoreSettings }>(
  async (app, { settings }) => {
    const store = new ObjectStore(settings);
    app.decorate("objectStore", store);
    app.addHook("onClose", () => store.end());
  },
  { name: "object-store" },
);
