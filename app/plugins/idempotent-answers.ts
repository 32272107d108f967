import type { FastifyReply } from "fastify";
import fastifyPlugin from "fastify-plugin";
import type { Once } from "../idempotency.ts";

declare module "fastify" {
  interface FastifyReply {
    /** Answers with an outcome; says so when it is one that had been given before. */
    sendOnce: <T>(outcome: Once<T>) => FastifyReply;
  }
}

export const idempotentAnswers = fastifyPlugin(
  async (app) => {
    app.decorateReply("sendOnce", function sendOnce<T>(this: FastifyReply, { answer, replayed }: Once<T>) {
      if (replayed) {
        app.metrics.replays.inc();
        this.header("idempotency-replayed", "true");
      }
      return this.send(answer);
    });
  },
  { name: "idempotent-answers", dependencies: ["metrics"] },
);
