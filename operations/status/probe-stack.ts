import type Docker from "dockerode";
import { PersonError } from "../../infra/errors.ts";
import type { Role } from "../../infra/topology.ts";
import { type FiringAlert, lookAtAlerts } from "./probe-alerts.ts";
import { type BackupLook, lookAtBackup } from "./probe-backup.ts";
import { type DatabaseLook, lookAtDatabase } from "./probe-database.ts";
import { lookAtConsensus, lookAtObjectStore, type ObjectStoreLook } from "./probe-stores.ts";
import { lookAtTraffic, type TrafficLook } from "./probe-traffic.ts";

/** A container of the stack, as the engine sees it. */
export interface PartLook {
  /** As in `app-1`. */
  name: string;
  role: Role;
  node: number;
  containerName: string;
  /** `running`, `paused`, `exited` and so on. */
  state: string;
  unhealthy: boolean;
  /** On 127.0.0.1, by the port in the container. */
  publishedPorts: Record<number, number>;
}

/** All that is seen of a stack at one moment. What could not be asked is undefined. */
export interface StackLook {
  stack: string;
  atMs: number;
  parts: PartLook[];
  traffic: TrafficLook;
  database: DatabaseLook;
  /** Names of the members that see a quorum. */
  consensus: string[];
  objectStore: ObjectStoreLook | undefined;
  alerts: FiringAlert[] | undefined;
  backup: BackupLook | undefined;
}

/**
 * Asks every part itself, through the engine: so it also answers when those who watch are down. It changes nothing.
 * @throws PersonError when no container of the stack is there.
 */
export async function look(engine: Docker, stack: string): Promise<StackLook> {
  const parts = await lookAtParts(engine, stack);
  if (parts.length === 0) {
    throw new PersonError(
      `The stack ${stack} has no container; \`npm run up -- --stack ${stack}\` makes it.`,
    );
  }
  const asked = { engine, parts };
  const [traffic, database, consensus, objectStore, alerts, backup] = await Promise.all([
    lookAtTraffic(asked),
    lookAtDatabase(asked),
    lookAtConsensus(asked),
    lookAtObjectStore(asked),
    lookAtAlerts(parts),
    lookAtBackup(asked),
  ]);
  return { stack, atMs: Date.now(), parts, traffic, database, consensus, objectStore, alerts, backup };
}

async function lookAtParts(engine: Docker, stack: string): Promise<PartLook[]> {
  const filters = { label: [`capstone.stack=${stack}`, "capstone.node"] };
  const containers = await engine.listContainers({ all: true, filters });
  return containers
    .map(({ Names, Labels, State, Status, Ports }) => {
      const role = Labels["capstone.role"] as Role;
      const node = Number(Labels["capstone.node"]);
      return {
        name: `${role}-${node}`,
        role,
        node,
        containerName: (Names[0] ?? "").slice(1),
        state: State,
        // The list says it in words only: "Up 2 minutes (unhealthy)".
        unhealthy: Status.includes("(unhealthy)"),
        publishedPorts: Object.fromEntries(
          Ports.filter(({ PublicPort }) => PublicPort).map(({ PrivatePort, PublicPort }) => [
            PrivatePort,
            PublicPort,
          ]),
        ),
      };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
