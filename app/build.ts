import type { Writable } from "node:stream";
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyInstance } from "fastify";
import { answerClientError } from "./client-errors.ts";
import { RequestLog, redactedPaths } from "./logging.ts";
import { database } from "./plugins/database.ts";
import { identity, requestIdOf, sayWhoServes } from "./plugins/identity.ts";
import { metrics } from "./plugins/metrics.ts";
import { problems, refuse } from "./plugins/problems.ts";
import { readiness } from "./plugins/readiness.ts";
import { healthRoutes } from "./routes/health.ts";
import type { Settings } from "./settings/settings.ts";

/**
 * The service, not yet listening. Two of them on one database are two nodes.
 * @param logStream Where log lines go; standard output when not given.
 */
export async function build(settings: Settings, logStream?: Writable): Promise<FastifyInstance> {
  const app = Fastify({ ...serverOptions(settings), logger: loggerOptions(settings, logStream) })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler);

  // What every request meets.
  await app.register(identity, { nodeName: settings.nodeName });
  await app.register(problems);
  await app.register(metrics, { release: settings.release });

  // What routes stand on.
  await app.register(database, { settings: settings.database, nodeName: settings.nodeName });
  await app.register(readiness);

  await app.register(healthRoutes, { nodeName: settings.nodeName });

  return app as unknown as FastifyInstance;
}

function serverOptions({ nodeName, trustedProxies }: Settings) {
  return {
    bodyLimit: 64 * 1024,
    // Longer than an ALB's 60 s: the proxy ends an idle connection, not this side.
    keepAliveTimeout: 72_000,
    requestTimeout: 60_000,
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 20_000 },
    routerOptions: { maxParamLength: 200 },
    // Requests that come while the node drains are served: a proxy needs a moment to look away.
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
