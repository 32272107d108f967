import { ports } from "../../infra/topology.ts";
import type { PartObservation, TrafficObservation } from "./observation.ts";
import { firstAnswer, type ProbeTarget, running } from "./probe.ts";

const timeoutMs = 3_000;

/** Sends a request as a client does, and asks a proxy which nodes it uses. */
export async function probeTraffic(target: ProbeTarget): Promise<TrafficObservation> {
  const port = target.parts.find(({ role }) => role === "edge")?.publishedPorts[ports.edgeHttp];
  const url = port === undefined ? undefined : `http://127.0.0.1:${port}`;
  const [answers, servers] = await Promise.all([
    url === undefined ? false : answersAt(`${url}/health`),
    probeServers(target),
  ]);
  return { url, answers, servers };
}

async function answersAt(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
  return answer?.ok ?? false;
}

function probeServers(target: ProbeTarget): Promise<TrafficObservation["servers"]> {
  const query = "scope=server&metrics=haproxy_server_status";
  const curl = `curl --silent --max-time 2 "http://127.0.0.1:$METRICS_PORT/metrics?${query}"`;
  return firstAnswer(target, proxiesOf(target.parts), ["sh", "-c", curl], (text) => {
    const found = readServers(text);
    return found.length > 0 ? found : undefined;
  });
}

function proxiesOf(parts: PartObservation[]): PartObservation[] {
  return running(parts, "edge", "proxy");
}

/** The lines `haproxy_server_status{proxy="…",server="…",state="UP"} 1` of the backends that matter. */
export function readServers(metrics: string): { backend: string; server: string; up: boolean }[] {
  const pattern =
    /^haproxy_server_status\{proxy="(app-once|object-store|primary|replica)",server="([\w-]+)",state="UP"\} (\d)/gm;
  return [...metrics.matchAll(pattern)]
    .map(([, backend = "", server = "", up]) => ({ backend, server, up: up === "1" }))
    .filter(({ server }) => !server.endsWith("-unchecked"));
}
