import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "../../infra/topology.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Observation } from "./observation.ts";

/** Not part of the service. */
const monitoringRoles: Role[] = ["metrics", "alerts", "exporter", "dashboards", "backup"];

/**
 * What keeps the stack from being fully redundant, in words; nothing when it is: every container healthy and on
 * its networks, one primary, every other database node streaming from it and one of them synchronously.
 * @param sinceMs What database nodes said before does not count.
 */
export async function missingRedundancy(
  stack: RunningStack,
  observation: Observation,
  sinceMs: number,
  alsoMonitoring = false,
): Promise<string[]> {
  return [...(await missingContainers(stack, alsoMonitoring)), ...missingDatabase(observation, sinceMs)];
}

export interface RedundancyOptions {
  /** What may be missing, because it was broken on purpose. */
  tolerated?: string | undefined;
  /** Whether monitoring and backup count. */
  alsoMonitoring?: boolean | undefined;
  /** Gets what is missing whenever that was looked at. */
  onLook?: ((missing: string[]) => void) | undefined;
}

/**
 * Waits until the stack is fully redundant and stays so for a second.
 * @returns Since when it is, or what is missing when the time is up.
 */
export async function untilFullyRedundant(
  stack: RunningStack,
  observation: Observation,
  timeoutMs: number,
  { tolerated, alsoMonitoring, onLook }: RedundancyOptions = {},
): Promise<{ redundantAtMs: number } | { missing: string[] }> {
  const sinceMs = Date.now();
  const endsAtMs = sinceMs + timeoutMs;
  let redundantAtMs: number | undefined;
  for (;;) {
    const checkedAtMs = Date.now();
    const missing = (await missingRedundancy(stack, observation, sinceMs, alsoMonitoring)).filter(
      (sentence) => sentence !== tolerated,
    );
    onLook?.(missing);
    redundantAtMs = missing.length === 0 ? (redundantAtMs ?? checkedAtMs) : undefined;
    if (redundantAtMs !== undefined && checkedAtMs - redundantAtMs >= 1_000) return { redundantAtMs };
    if (checkedAtMs > endsAtMs && redundantAtMs === undefined) return { missing };
    await sleep(250);
  }
}

async function missingContainers(stack: RunningStack, alsoMonitoring: boolean): Promise<string[]> {
  const filters = { label: [`capstone.stack=${stack.name}`] };
  const containers = await stack.engine.listContainers({ all: true, filters });
  const byName = new Map(containers.map((container) => [container.Names[0]?.slice(1), container]));
  const counted = stack
    .parts()
    .filter(({ state }) => alsoMonitoring || !monitoringRoles.includes(state.role));
  const missing = counted.map(async (part) => {
    const { containerName, networks } = part.state;
    const container = byName.get(containerName);
    if (!container) return [`${containerName} is gone`];
    if (container.State !== "running") return [`${containerName} is ${container.State}`];
    // The engine's list says health in words only: "Up 2 minutes (healthy)". Its last check may be long ago.
    const unhealthy = /\((unhealthy|health: starting)\)/.exec(container.Status)?.[1];
    if (unhealthy && !(await part.isHealthy())) return [`${containerName} is ${unhealthy}`];
    const joined = Object.keys(container.NetworkSettings.Networks);
    return Object.keys(networks)
      .filter((network) => !joined.includes(network))
      .map((network) => `${containerName} is not on ${network}`);
  });
  return (await Promise.all(missing)).flat();
}

function missingDatabase({ databaseNodes, primary }: Observation, sinceMs: number): string[] {
  const silent = databaseNodes.filter(({ latest }) => (latest?.atMs ?? 0) < sinceMs);
  if (silent.length > 0) return silent.map(({ part }) => `${part.name} says nothing`);
  if (!primary?.fresh) {
    const seen = databaseNodes.map(({ part, fresh }) => `${part.name}: ${fresh?.role ?? "silent"}`);
    return [`there is not one primary (${seen.join(", ")})`];
  }
  const missing = databaseNodes
    .filter((node) => node !== primary && !(node.fresh?.state === "running" && node.fresh.streamsFromPrimary))
    .map(({ part }) => `${part.name} does not stream`);
  if (primary.fresh.state !== "running") missing.push(`${primary.part.name} is ${primary.fresh.state}`);
  if (databaseNodes.length > 1 && primary.fresh.synchronousStandbys === 0) {
    missing.push("no standby is synchronous");
  }
  const timelines = new Set(databaseNodes.map((node) => node.fresh?.timeline));
  if (timelines.size > 1) missing.push(`timelines differ: ${[...timelines].join(", ")}`);
  return missing;
}
