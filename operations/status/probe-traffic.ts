import { healthCheckOf } from "../../infra/docker/health-check.ts";
import { ports } from "../../infra/topology.ts";
import type { PartObservation, TrafficObservation } from "./observation.ts";
import {
  addressesAreReachable,
  firstAnswer,
  type ProbeTarget,
  probe,
  probeHttp,
  running,
  statusOf,
} from "./probe.ts";

const timeoutMs = 3_000;

/** Sends a request as a client does, and asks a proxy which nodes it uses. */
export async function probeTraffic(target: ProbeTarget): Promise<TrafficObservation> {
  const port = target.parts.find(({ role }) => role === "edge")?.publishedPorts[ports.edgeHttp];
  const url = port === undefined ? undefined : `http://127.0.0.1:${port}`;
  const [answers, servers, readyNodes] = await Promise.all([
    url === undefined
      ? false
      : answersAt(`${url}${healthOf(target.parts.find(({ role }) => role === "app")).path}`),
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
  const nodes = running(target.parts, "app").map(async (part) =>
    (await isReady(target, part)) ? [part.name] : [],
  );
  return (await Promise.all(nodes)).flat();
}

/** By the status alone, for services answer with texts of their own. */
async function isReady(target: ProbeTarget, part: PartObservation): Promise<boolean> {
  const { port, path } = healthOf(part);
  if (addressesAreReachable) {
    const asked = part.addresses.map((address) => statusOf(`http://${address}:${port}${path}`));
    const status = await Promise.any(asked).catch(() => undefined);
    if (status !== undefined) return status === 200;
  }
  const printed = await probe(target, part, healthCheckOf({ port, health: path }));
  return printed !== undefined;
}

/** A node that an earlier release deployed says nothing of it, and is the project's own service. */
export function healthOf(part: PartObservation | undefined): { port: number; path: string } {
  const [, port, path = ""] = /^(\d+)(\/.*)$/.exec(part?.healthAt ?? "") ?? [undefined, "3000", "/health"];
  return { port: Number(port), path };
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
