import fastifyPlugin from "fastify-plugin";
import { withinMs } from "../database/deadline.ts";
import { smallKey } from "../pictures/picture.ts";
import { ExpiredRows } from "../repositories/expired-rows.ts";
import { dueObjects, forgetObjects } from "../repositories/unused-objects.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Removes some of the objects that nobody shows any more. @returns Whether there may be more. */
    removeUnusedObjects: () => Promise<boolean>;
  }
}

const objectsARound = 20;

/** A round that failed was too large a step: the next one, which is smaller, comes as soon as when there is more. */
const pauseMs = { idle: 60_000, more: 2_000 };
const roundMs = 15_000;

/** Deletes expired rows, a few at a time, while the node runs. It can skip rounds while the database is away. */
export const cleanup = fastifyPlugin(
  async (app) => {
    const expired = new ExpiredRows();
    let timer: NodeJS.Timeout | undefined;
    app.decorate("removeUnusedObjects", async () => {
      const keys = await dueObjects(app.database.direct, objectsARound);
      // An object that is removed twice, by two nodes, is gone all the same.
      await app.objectStore.remove(keys.flatMap((key) => [...new Set([key, smallKey(key)])]));
      await forgetObjects(app.database.direct, keys);
      return keys.length === objectsARound;
    });
    const later = (delayMs: number) => {
      // Nodes that start together should not clean up together.
      timer = setTimeout(clean, delayMs * (0.5 + Math.random())).unref();
    };
    const clean = async () => {
      const { database } = app;
      const more = await withinMs(roundMs, async () =>
        database.state().failing
          ? false
          : (await expired.deleteSome(database.direct)) || (await app.removeUnusedObjects()),
      ).catch((error) => {
        app.log.warn({ reason: (error as Error).message }, "expired rows stay for now");
        return true;
      });
      if (timer) later(more ? pauseMs.more : pauseMs.idle);
    };
    app.addHook("onListen", async () => later(pauseMs.idle));
    app.addHook("preClose", async () => {
      clearTimeout(timer);
      timer = undefined;
    });
  },
  { name: "cleanup", dependencies: ["database", "object-store"] },
);
