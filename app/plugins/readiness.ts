import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { sql } from "kysely";
import { withinMs } from "../database/deadline.ts";
import { outcomeOf, serverErrorIn } from "../database/failures.ts";
import { neededMigration } from "../database/types.ts";

declare module "fastify" {
  interface FastifyInstance {
    readiness: Readiness;
  }
}

/** Whether this node should get traffic, for the proxies. Once ready, it no longer depends on the database. */
export class Readiness {
  state: "starting" | "ready" | "draining" = "starting";

  /** From now on it reports not ready; requests that still arrive are served. */
  drain(): void {
    this.state = "draining";
  }
}

/** How long to wait for an unreachable database; then the node serves what it can and holds the rest. */
const patienceMs = 5_000;

/** `app.readiness`, which becomes ready by itself once the database accepts this node and has its schema. */
export const readiness = fastifyPlugin(
  async (app: FastifyInstance) => {
    const state = new Readiness();
    app.decorate("readiness", state);
    // A kept-alive connection would send the next request to a node that is leaving.
    app.addHook("onSend", (_request, reply, _payload, done) => {
      if (state.state === "draining") reply.header("connection", "close");
      done();
    });
    app.addHook("onListen", async () => void becomeReady(app, state));
    app.addHook("preClose", async () => state.drain());
  },
  { name: "readiness", dependencies: ["database"] },
);

async function becomeReady(app: FastifyInstance, readiness: Readiness): Promise<void> {
  const patientUntil = performance.now() + patienceMs;
  let told = "";
  while (readiness.state === "starting") {
    const verdict = await askDatabase(app);
    const patient = performance.now() < patientUntil;
    if (verdict === "accepted" || (verdict === "unreachable" && !patient)) {
      // Draining may have begun while the database was asked.
      if (readiness.state === "starting") readiness.state = "ready";
      app.log.info({ database: verdict }, "ready");
      return;
    }
    if (verdict !== "unreachable" && verdict !== told) app.log.error({ reason: verdict }, "not ready");
    told = verdict;
    await sleep(verdict === "unreachable" ? 100 : 1_000);
  }
}

/** @returns "accepted", "unreachable", or a sentence on why the database refuses this node. */
async function askDatabase(app: FastifyInstance): Promise<string> {
  try {
    const { rows } = await withinMs(2_000, () =>
      sql<{ newest: string }>`select max(name) as newest from kysely_migration`.execute(app.database.direct),
    );
    const newest = rows[0]?.newest ?? "none";
    return newest >= neededMigration
      ? "accepted"
      : `The schema is at migration ${newest}; this release needs ${neededMigration}.`;
  } catch (error) {
    const refusal = serverErrorIn(error);
    if (refusal === undefined || outcomeOf(refusal) !== "refused") return "unreachable";
    return `The database refuses this node: ${refusal.message}.`;
  }
}
