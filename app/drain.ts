import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";

/** Proxies check every half second and mark a node down after two failures. */
const noticeMs = 2_000;
/** A held request takes 27 s; the deployment kills after 30. */
const longestMs = 29_500;

/** Shuts down without failing a request: reports not ready, serves until the proxies have noticed, finishes, exits. */
export async function drainAndClose(app: FastifyInstance, signal: string): Promise<void> {
  app.log.info({ signal }, "draining");
  app.readiness.drain();
  setTimeout(() => {
    app.log.error("requests were still under way at the end of the drain");
    process.exit(1);
  }, longestMs).unref();
  await sleep(noticeMs);
  await app.close();
  app.log.info("drained");
}
