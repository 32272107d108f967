import fastifyPlugin from "fastify-plugin";
import { withinMs } from "../database/deadline.ts";
import { ExpiredRows } from "../repositories/expired-rows.ts";

/** A round that failed was too large a step: the next one, which is smaller, comes as soon as when there is more. */
const pauseMs = { idle: 60_000, more: 2_000 };
const roundMs = 15_000;

/** Deletes expired rows, a few at a time, while the node runs. It can skip rounds while the database is away. */
export const cleanup = fastifyPlugin(
  async (app) => {
    const expired = new ExpiredRows();
    let timer: NodeJS.Timeout | undefined;
    const later = (delayMs: number) => {
      // Nodes that start together should not clean up together.
      timer = setTimeout(clean, delayMs * (0.5 + Math.random())).unref();
    };
    const clean = async () => {
      const { database } = app;
      const more = await withinMs(roundMs, async () =>
        database.state().failing ? false : expired.deleteSome(database.direct),
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
  { name: "cleanup", dependencies: ["database"] },
);
