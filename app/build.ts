import type { Writable } from "node:stream";
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyInstance } from "fastify";
import { answerClientError, answerWhatNodeAnswers } from "./client-errors.ts";
import { RequestLog, redactedPaths } from "./logging.ts";
import { authentication } from "./plugins/authentication.ts";
import { budget } from "./plugins/budget.ts";
import { cleanup } from "./plugins/cleanup.ts";
import { compression } from "./plugins/compression.ts";
import { crossOrigin } from "./plugins/cross-origin.ts";
import { database } from "./plugins/database.ts";
import { idempotentAnswers } from "./plugins/idempotent-answers.ts";
import { identity, requestIdOf, sayWhoServes } from "./plugins/identity.ts";
import { jsonBodies } from "./plugins/json-bodies.ts";
import { metrics } from "./plugins/metrics.ts";
import { objectStore } from "./plugins/object-store.ts";
import { openapi } from "./plugins/openapi.ts";
import { pressure } from "./plugins/pressure.ts";
import { problems, refuse } from "./plugins/problems.ts";
import { rateLimits } from "./plugins/rate-limits.ts";
import { readiness } from "./plugins/readiness.ts";
import { refusedBodies } from "./plugins/refused-bodies.ts";
import { revalidation } from "./plugins/revalidation.ts";
import { avatarRoutes } from "./routes/avatar.ts";
import { meRoutes } from "./routes/me.ts";
import { operationsRoutes } from "./routes/operations.ts";
import { ownAccountRoutes } from "./routes/own-account.ts";
import { pageRoutes } from "./routes/page.ts";
import { postRoutes } from "./routes/posts.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { userPageRoutes } from "./routes/user-page.ts";
import { userRoutes } from "./routes/users.ts";
import type { Settings } from "./settings/settings.ts";
import { untraced } from "./tracing/tracing.ts";

/**
 * The service, not yet listening. Two of them on one database are two nodes.
 * @param logStream Where log lines go; standard output when not given.
 */
export async function build(settings: Settings, logStream?: Writable): Promise<FastifyInstance> {
  const traced = await startTracing(settings);
  const tracing = traced?.tracing ?? untraced;
  const logger = { ...loggerOptions(settings, logStream), ...traced?.logger };
  const app = Fastify({ ...serverOptions(settings), logger })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler);

  // For every request.
  await app.register(identity, { nodeName: settings.nodeName });
  if (traced) await app.register(traced.requestSpans, { tracing: traced.tracing });
  await app.register(crossOrigin, { origins: settings.corsOrigins });
  await app.register(problems);
  await app.register(revalidation);
  await app.register(compression);
  await app.register(refusedBodies);
  await app.register(jsonBodies);
  await app.register(metrics, { release: settings.release });
  await app.register(pressure);
  await app.register(budget);

  // What routes depend on.
  await app.register(database, { settings: settings.database, nodeName: settings.nodeName, tracing });
  await app.register(objectStore, { settings: settings.objectStore, tracing });
  await app.register(readiness);
  await app.register(authentication, { seeds: settings.signingKeys });
  await app.register(rateLimits, { limits: settings.limits, patienceMs: settings.limitPatienceMs });
  await app.register(idempotentAnswers);
  await app.register(cleanup);
  await app.register(openapi);

  await app.register(operationsRoutes, { settings });
  await app.register(pageRoutes, { assetsUrl: settings.objectStore.assetsUrl });
  await app.register(userPageRoutes, { assetsUrl: settings.objectStore.assetsUrl });
  const prefix = "/api/v1";
  await app.register(userRoutes, { prefix });
  await app.register(sessionRoutes, { prefix, settings });
  await app.register(meRoutes, { prefix });
  await app.register(ownAccountRoutes, { prefix });
  await app.register(avatarRoutes, { prefix });
  await app.register(postRoutes, { prefix });

  const service = app as unknown as FastifyInstance;
  answerWhatNodeAnswers(service.server, settings.nodeName);
  return service;
}

/** Loaded only where it is wanted: it is megabytes of code. */
async function startTracing({ tracesUrl: url, nodeName, release }: Settings) {
  if (url === undefined) return undefined;
  const { OtlpTracing, traceOfLogLine } = await import("./tracing/otlp-tracing.ts");
  const { requestSpans } = await import("./plugins/tracing.ts");
  return {
    tracing: new OtlpTracing({ url, nodeName, release }),
    requestSpans,
    logger: { mixin: traceOfLogLine },
  };
}

function serverOptions({ nodeName, trustedProxies }: Settings) {
  return {
    bodyLimit: 64 * 1024,
    // Longer than an ALB's 60 s: the proxy ends an idle connection, not this side.
    keepAliveTimeout: 72_000,
    requestTimeout: 60_000,
    // A request without a host is refused with a problem document, and not by Node with nothing.
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 20_000, requireHostHeader: false },
    routerOptions: { maxParamLength: 200 },
    // Requests that arrive while the node drains are served: a proxy needs a moment to stop sending them.
    return503OnClosing: false,
    exposeHeadRoutes: true,
    requestIdHeader: false as const,
    genReqId: requestIdOf,
    logController: new RequestLog(),
    ...(trustedProxies.length > 0 ? { trustProxy: trustedProxies } : {}),
    clientErrorHandler: answerClientError(nodeName),
    frameworkErrors: (...[error, request, reply]: Parameters<typeof refuse>) => {
      sayWhoServes(request, reply, nodeName);
      refuse(error, request, reply);
    },
  };
}

function loggerOptions({ logLevel }: Settings, stream: Writable | undefined) {
  return {
    level: logLevel,
    redact: { paths: redactedPaths, censor: "[redacted]" },
    ...(stream ? { stream } : {}),
  };
}
