import type { Service } from "../configuration/service.ts";

/** What haproxy.cfg reads of the service from the environment. */
export function serviceForProxies(service: Service): Record<string, string> {
  const { port, health, metrics, drainingText } = service;
  return {
    APP_PORT: String(port),
    HEALTH_PATH: health,
    // What tells a draining node: a word in its answer, or any 503.
    DRAINING_BY: drainingText === undefined ? "status" : "string",
    DRAINING: drainingText ?? "503",
    // Hidden from clients; a service without metrics loses nothing by the usual path.
    METRICS_PATH: metrics ?? "/metrics",
  };
}
