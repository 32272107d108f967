import underPressure from "@fastify/under-pressure";
import fastifyPlugin from "fastify-plugin";

/** A node whose event loop is this late would answer nobody in time: it refuses some to serve the others. */
const maxEventLoopDelayMs = 2_000;

/** Refuses requests while the node itself is overloaded, with 503. What it depends on has no say here. */
export const pressure = fastifyPlugin(
  async (app) => {
    await app.register(underPressure, { maxEventLoopDelay: maxEventLoopDelayMs, retryAfter: 2 });
  },
  { name: "pressure" },
);
