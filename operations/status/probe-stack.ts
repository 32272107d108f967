import type Docker from "dockerode";
import { listPartContainers, partOf } from "../../running-stack/choose-parts.ts";
import type { PartObservation, StackObservation } from "./observation.ts";
import { probeAlerts } from "./probe-alerts.ts";
import { probeBackup } from "./probe-backup.ts";
import { probeDatabase } from "./probe-database.ts";
import { probeMachine } from "./probe-machine.ts";
import { probeConsensus, probeObjectStore } from "./probe-stores.ts";
import { probeTraffic } from "./probe-traffic.ts";
import { probeVolumes } from "./probe-volumes.ts";

/**
 * Probes every part directly, through the engine, so it works without monitoring too. It changes nothing.
 * @throws PersonError when the stack has no containers.
 */
export async function probeStack(engine: Docker, stack: string): Promise<StackObservation> {
  const containers = await listPartContainers(engine, stack);
  const parts = containers.map(observePart).toSorted((a, b) => a.name.localeCompare(b.name));
  const target = { engine, parts, notAsked: new Map<string, string>() };
  const [machine, volumes, traffic, database, consensus, objectStore, alerts, backup] = await Promise.all([
    probeMachine(engine),
    probeVolumes(engine, containers),
    probeTraffic(target),
    probeDatabase(target),
    probeConsensus(target),
    probeObjectStore(target),
    probeAlerts(parts),
    probeBackup(target),
  ]);
  return {
    stack,
    atMs: Date.now(),
    machine,
    volumes,
    notAsked: Object.fromEntries(target.notAsked),
    parts,
    traffic,
    database,
    consensus,
    objectStore,
    alerts,
    backup,
  };
}

function observePart({
  Names,
  Labels,
  State,
  Status,
  Ports,
  NetworkSettings,
}: Docker.ContainerInfo): PartObservation {
  return {
    ...partOf(Labels),
    node: Number(Labels["capstone.node"]),
    containerName: (Names[0] ?? "").slice(1),
    state: State,
    ...(Labels["capstone.health"] ? { healthAt: Labels["capstone.health"] } : {}),
    // The list has health only in its text: "Up 2 minutes (unhealthy)".
    unhealthy: Status.includes("(unhealthy)"),
    publishedPorts: Object.fromEntries(
      Ports.filter(({ PublicPort }) => PublicPort).map(({ PrivatePort, PublicPort }) => [
        PrivatePort,
        PublicPort,
      ]),
    ),
    networks: Object.keys(NetworkSettings.Networks),
    addresses: Object.values(NetworkSettings.Networks).flatMap(({ IPAddress }) => IPAddress || []),
  };
}
