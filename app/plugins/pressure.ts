import underPressure from "@fastify/under-pressure";
import fastifyPlugin from "fastify-plugin";

/** With an event loop this late, nobody is answered in time: refuse some to serve the others. */
const maxEventLoopDelayMs = 2_000;

/** Refuses requests while the node itself is overloaded, with 503. Its dependencies do not count here. */
export const pressure = fastifyPlugin(
  async (app) => {
    await app.register(underPressure, { maxEventLoopDelay: maxEventLoopDelayMs, retryAfter: 2 });
  },
  { name: "pressure" },
);
