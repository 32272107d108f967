import type { FastifyRequest, preHandlerAsyncHookHandler } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { clientNetwork } from "../security/client-network.ts";
import { LogInGuard } from "../security/log-in-guard.ts";
import { RateLimiter } from "../security/rate-limiter.ts";
import type { LimitName, Limits } from "../settings/limits.ts";
import { callerOf } from "./authentication.ts";

declare module "fastify" {
  interface FastifyInstance {
    rateLimiter: RateLimiter;
    logInGuard: LogInGuard;
    /** Hook: counts the request against its address. */
    limitAddress: (name: LimitName) => preHandlerAsyncHookHandler;
    /** Hook for after `authenticate`: counts the request against its account. */
    limitAccount: (name: LimitName) => preHandlerAsyncHookHandler;
  }
}

/**
 * Limits that apply to all nodes together. `patienceMs` is how long a request waits for its counters before it goes on
 * without them.
 */
export const rateLimits = fastifyPlugin<{ limits: Limits; patienceMs: number }>(
  async (app, { limits, patienceMs }) => {
    const onRefusal = (name: LimitName) => app.metrics.limited.inc({ limit: name });
    const limiter = new RateLimiter(limits, app.database, patienceMs, onRefusal);
    app.decorate("rateLimiter", limiter);
    app.decorate("logInGuard", new LogInGuard(limits, app.database.direct, patienceMs));
    app.decorate("limitAddress", (name) => async (request) => limiter.take(name, addressOf(request)));
    app.decorate(
      "limitAccount",
      (name) => async (request) => limiter.take(name, callerOf(request).accountId),
    );
  },
  { name: "rate-limits", dependencies: ["database", "metrics"] },
);

/** Who a request counts against. */
export function addressOf(request: FastifyRequest): string {
  return clientNetwork(request.ip);
}
