import fastifyPlugin from "fastify-plugin";
import { budgetMs } from "../database/access.ts";
import { withinMs } from "../database/deadline.ts";

/** Everything that a request does after it has arrived ends in time, however many steps it has. */
export const budget = fastifyPlugin(
  async (app) => {
    app.addHook("preHandler", (_request, _reply, done) => withinMs(budgetMs, done));
  },
  { name: "budget" },
);
