import fastifyPlugin from "fastify-plugin";
import { withinMs } from "../database/deadline.ts";
import { deleteExpiredRows } from "../repositories/expired-rows.ts";

/** Rows of each table per round. */
const mostRows = 2_000;
const pauseMs = { idle: 60_000, more: 2_000 };

/** Deletes expired rows, a few at a time, while the node runs. It can skip rounds while the database is away. */
export const cleanup = fastifyPlugin(
  async (app) => {
    let timer: NodeJS.Timeout | undefined;
    const later = (delayMs: number) => {
      // Nodes that start together should not clean up together.
      timer = setTimeout(clean, delayMs * (0.5 + Math.random())).unref();
    };
    const clean = async () => {
      const { database } = app;
      const more = await withinMs(pauseMs.idle, async () =>
        database.state().failing ? false : deleteExpiredRows(database.direct, mostRows),
      ).catch((error) => app.log.warn({ reason: (error as Error).message }, "expired rows stay for now"));
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
