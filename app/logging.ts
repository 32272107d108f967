import { type FastifyReply, type FastifyRequest, LogController } from "fastify";

/** Routes that machines poll; logged at `debug`. */
const chatter = new Set(["/health", "/health/live", "/health/deep", "/metrics"]);

export function isPolled(route: string): boolean {
  return chatter.has(route);
}

/** One line per request, once answered. Headers and bodies are never logged. */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: "requestId" });
  }

  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const route = request.routeOptions.url ?? "none";
    const line = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      address: request.ip,
      ...(error ? { err: error } : {}),
    };
    if (isPolled(route)) request.log.debug(line, "answered");
    else request.log.info(line, "answered");
  }
}

/** Never to be logged, even if someone logs an object that has it. No wildcards: those slow down every line. */
export const redactedPaths = [
  ...["password", "accessToken", "refreshToken", "authorization", "cookie"],
  ...["body.password", "body.accessToken", "body.refreshToken"],
  ...["headers.authorization", "headers.cookie", "req.headers.authorization", "req.headers.cookie"],
];
