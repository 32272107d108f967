import fastifyPlugin from "fastify-plugin";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { PoolState } from "../database/pool.ts";

declare module "fastify" {
  interface FastifyInstance {
    metrics: Metrics;
  }
}

/** The metrics for Prometheus. Each node has its own registry, even when several run in one process. */
export class Metrics {
  readonly registry = new Registry();
  readonly requestSeconds = new Histogram({
    name: "capstone_http_request_duration_seconds",
    help: "Time to answer, by route and status",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers: [this.registry],
  });
  readonly databaseRetries = new Counter({
    name: "capstone_database_retries_total",
    help: "Attempts against the database that failed and were made again",
    registers: [this.registry],
  });
  readonly limited = new Counter({
    name: "capstone_rate_limited_total",
    help: "Requests refused because of a limit",
    labelNames: ["limit"] as const,
    registers: [this.registry],
  });
  readonly replays = new Counter({
    name: "capstone_idempotent_replays_total",
    help: "Requests answered with what their key had been answered before",
    registers: [this.registry],
  });

  constructor(release: { image: string; commit: string }) {
    collectDefaultMetrics({ register: this.registry });
    const info = new Gauge({
      name: "capstone_release_info",
      help: "The release that runs",
      labelNames: ["image", "commit"] as const,
      registers: [this.registry],
    });
    info.set(release, 1);
  }

  /** The database connection pool, read at each scrape. */
  observePool(state: () => PoolState): void {
    new Gauge({
      name: "capstone_database_pool",
      help: "Database connections open and idle, callers waiting, dials and failed dials so far, failing or not",
      labelNames: ["what"] as const,
      registers: [this.registry],
      collect() {
        for (const [what, value] of Object.entries(state())) this.set({ what }, Number(value));
      },
    });
  }
}

/** Measures every request and gives the others `app.metrics`. */
export const metrics = fastifyPlugin<{ release: { image: string; commit: string } }>(
  async (app, { release }) => {
    const all = new Metrics(release);
    app.decorate("metrics", all);
    app.addHook("onResponse", (request, reply, done) => {
      const route = request.routeOptions.url ?? "none";
      const labels = { method: request.method, route, status: reply.statusCode };
      all.requestSeconds.observe(labels, reply.elapsedTime / 1000);
      done();
    });
    app.addHook("onClose", async () => all.registry.clear());
  },
  { name: "metrics" },
);
