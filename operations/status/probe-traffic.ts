import { ports } from "../../infra/topology.ts";
import { type Asked, firstAnswer, running } from "./probe.ts";
import type { PartLook } from "./probe-stack.ts";

export interface TrafficLook {
  /** Where clients go; undefined when it is published nowhere. */
  url: string | undefined;
  /** Whether a client gets an answer there. */
  answers: boolean;
  /** What a proxy thinks of the nodes behind it; undefined when no proxy answered. */
  servers: { backend: string; server: string; up: boolean }[] | undefined;
}

const patienceMs = 3_000;

/** Asks as a client does, and asks a proxy whom it sends clients to. */
export async function lookAtTraffic(asked: Asked): Promise<TrafficLook> {
  const port = asked.parts.find(({ role }) => role === "edge")?.publishedPorts[ports.edgeHttp];
  const url = port === undefined ? undefined : `http://127.0.0.1:${port}`;
  const [answers, servers] = await Promise.all([
    url === undefined ? false : answersAt(`${url}/health`),
    lookAtServers(asked),
  ]);
  return { url, answers, servers };
}

async function answersAt(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);
  return answer?.ok ?? false;
}

function lookAtServers(asked: Asked): Promise<TrafficLook["servers"]> {
  const query = "scope=server&metrics=haproxy_server_status";
  const curl = `curl --silent --max-time 2 "http://127.0.0.1:$METRICS_PORT/metrics?${query}"`;
  return firstAnswer(asked, proxiesOf(asked.parts), ["sh", "-c", curl], (text) => {
    const found = readServers(text);
    return found.length > 0 ? found : undefined;
  });
}

function proxiesOf(parts: PartLook[]): PartLook[] {
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
