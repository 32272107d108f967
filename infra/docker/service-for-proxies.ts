import { hiddenPath, type Service } from "../configuration/service.ts";

/** What haproxy.cfg reads of the service from the environment. */
export function serviceForProxies(service: Service): Record<string, string> {
  const { port, health, drainingText } = service;
  return {
    APP_PORT: String(port),
    HEALTH_PATH: health,
    // What tells a draining node: a word in its answer, or any 503.
    DRAINING_BY: drainingText === undefined ? "status" : "string",
    DRAINING: drainingText ?? "503",
    METRICS_PATH: hiddenPath(service),
  };
}
