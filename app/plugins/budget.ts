import fastifyPlugin from "fastify-plugin";
import { withinMs } from "../database/deadline.ts";

/** What a request may take in all, held or not. Clients and proxies wait longer. */
const requestMs = 25_000;

/** Everything that a request does after it has arrived ends in time, however many steps it has. */
export const budget = fastifyPlugin(
  async (app) => {
    app.addHook("preHandler", (_request, _reply, done) => withinMs(requestMs, done));
  },
  { name: "budget" },
);
