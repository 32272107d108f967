import type { FastifyReply } from "fastify";
import fastifyPlugin from "fastify-plugin";
import type { Once } from "../idempotency.ts";

declare module "fastify" {
  interface FastifyReply {
    /** Answers with an outcome and its status; says so when it is one that had been given before. */
    sendOnce: <T>(outcome: Once<T>) => FastifyReply;
  }
}

export const idempotentAnswers = fastifyPlugin(
  async (app) => {
    app.decorateReply("sendOnce", function sendOnce<T>(this: FastifyReply, outcome: Once<T>) {
      const { status, answer, replayed } = outcome;
      if (replayed) {
        app.metrics.replays.inc();
        this.header("idempotency-replayed", "true");
      }
      return this.code(status).send(status === 204 ? null : answer);
    });
  },
  { name: "idempotent-answers", dependencies: ["metrics"] },
);
