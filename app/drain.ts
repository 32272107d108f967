import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";

/** Proxies ask every half second and look away after two misses. */
const noticeMs = 2_000;
/** A held request takes 27 s; the deployment kills after 30. */
const longestMs = 29_500;

/** Leaves without failing a request: tells proxies, serves on until they have noticed, finishes, ends the process. */
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
