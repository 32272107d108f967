import fastifyPlugin from "fastify-plugin";
import { budgetMs } from "../database/access.ts";
import { withinMs } from "../database/deadline.ts";

/** One time limit for everything that a request does after it has arrived. */
export const budget = fastifyPlugin(
  async (app) => {
    app.addHook("preHandler", (_request, _reply, done) => withinMs(budgetMs, done));
  },
  { name: "budget" },
);
