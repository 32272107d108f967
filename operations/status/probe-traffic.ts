import { ports } from "../../infra/topology.ts";
import type { PartObservation, TrafficObservation } from "./observation.ts";
import { firstAnswer, type ProbeTarget, probeHttp, running } from "./probe.ts";

const timeoutMs = 3_000;

/** Sends a request as a client does, and asks a proxy which nodes it uses. */
export async function probeTraffic(target: ProbeTarget): Promise<TrafficObservation> {
  const port = target.parts.find(({ role }) => role === "edge")?.publishedPorts[ports.edgeHttp];
  const url = port === undefined ? undefined : `http://127.0.0.1:${port}`;
  const [answers, servers, readyNodes] = await Promise.all([
    url === undefined ? false : answersAt(`${url}/health`),
    probeServers(target),
    probeNodes(target),
  ]);
  return { url, answers, servers, readyNodes };
}

async function answersAt(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
  return answer?.ok ?? false;
}

/** Straight, since the proxies take a second or two to notice that a node hangs. */
async function probeNodes(target: ProbeTarget): Promise<string[]> {
  const health = { port: ports.appHttp, path: "/health", command: ["app/health-check"] };
  const nodes = running(target.parts, "app").map(async (part) => {
    const answer = await probeHttp(target, part, health);
    return answer !== undefined && isReady(answer) ? [part.name] : [];
  });
  return (await Promise.all(nodes)).flat();
}

/** What a node answers when it should get traffic, or the silence of its own health check when that succeeds. */
export function isReady(printed: string): boolean {
  return printed === "" || /"status":\s*"ready"/.test(printed);
}

function probeServers(target: ProbeTarget): Promise<TrafficObservation["servers"]> {
  const path = "/metrics?scope=server&metrics=haproxy_server_status";
  const command = ["sh", "-c", `curl --silent --max-time 2 "http://127.0.0.1:$METRICS_PORT${path}"`];
  const ask = (part: PartObservation) => probeHttp(target, part, { port: ports.proxyMetrics, path, command });
  return firstAnswer(running(target.parts, "proxy"), ask, (text) => {
    const found = readServers(text);
    return found.length > 0 ? found : undefined;
  });
}

/** The lines `haproxy_server_status{proxy="…",server="…",state="UP"} 1` of the backends that matter. */
export function readServers(metrics: string): { backend: string; server: string; up: boolean }[] {
  const pattern =
    /^haproxy_server_status\{proxy="(app-once|object-store|primary|replica)",server="([\w-]+)",state="UP"\} (\d)/gm;
  return [...metrics.matchAll(pattern)]
    .map(([, backend = "", server = "", up]) => ({ backend, server, up: up === "1" }))
    .filter(({ server }) => !server.endsWith("-unchecked"));
}
