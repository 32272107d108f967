import type Docker from "dockerode";
import { PersonError } from "../../infra/errors.ts";
import type { Role } from "../../infra/topology.ts";
import type { PartObservation, StackObservation } from "./observation.ts";
import { probeAlerts } from "./probe-alerts.ts";
import { probeBackup } from "./probe-backup.ts";
import { probeDatabase } from "./probe-database.ts";
import { probeMachine } from "./probe-machine.ts";
import { probeConsensus, probeObjectStore } from "./probe-stores.ts";
import { probeTraffic } from "./probe-traffic.ts";

/**
 * Probes every part directly, through the engine, so it works without monitoring too. It changes nothing.
 * @throws PersonError when the stack has no containers.
 */
export async function probeStack(engine: Docker, stack: string): Promise<StackObservation> {
  const parts = await listParts(engine, stack);
  if (parts.length === 0) {
    throw new PersonError(
      `The stack ${stack} has no containers; \`npm run up -- --stack ${stack}\` creates it.`,
    );
  }
  const target = { engine, parts, notAsked: new Map<string, string>() };
  const [machine, traffic, database, consensus, objectStore, alerts, backup] = await Promise.all([
    probeMachine(engine),
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

async function listParts(engine: Docker, stack: string): Promise<PartObservation[]> {
  const filters = { label: [`capstone.stack=${stack}`, "capstone.node"] };
  const containers = await engine.listContainers({ all: true, filters });
  return containers
    .map(({ Names, Labels, State, Status, Ports, NetworkSettings }) => {
      const role = Labels["capstone.role"] as Role;
      const node = Number(Labels["capstone.node"]);
      return {
        name: `${role}-${node}`,
        role,
        node,
        containerName: (Names[0] ?? "").slice(1),
        state: State,
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
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
