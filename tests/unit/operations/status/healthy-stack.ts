import type { Role } from "../../../../infra/topology.ts";
import type { PartObservation, StackObservation } from "../../../../operations/status/observation.ts";

export function part(name: string, state = "running"): PartObservation {
  const [, role = "", node] = /^(.*)-(\d+)$/.exec(name) ?? [];
  return {
    name,
    role: role as Role,
    node: Number(node),
    containerName: `capstone-dev-${name}`,
    state,
    unhealthy: false,
    publishedPorts: {},
    networks: [`capstone-dev-${role}-network-1`],
    addresses: [],
  };
}

export const names = [
  ...["app-1", "app-2", "edge-1", "proxy-1", "proxy-2", "database-1", "database-2", "alerts-1"],
  ...["consensus-1", "consensus-2", "consensus-3", "object-store-1", "object-store-2", "object-store-3"],
];

export const now = Date.parse("2026-01-02T12:00:00Z");
const inTouch = { consensusSeenAt: now / 1_000 - 1 };
export const sound = {
  damagedBlocks: 0,
  refusesWrites: false,
  cannotBeMended: false,
  pagesCheckedAt: now / 1_000 - 40,
  remadeAt: undefined,
};

/** A healthy stack, with these changes. */
export function healthyStack(
  changes: Partial<StackObservation> = {},
  stopped: string[] = [],
): StackObservation {
  const servers = (backend: string, list: string[]) =>
    list.map((server) => ({ backend, server, up: !stopped.includes(server) }));
  return {
    stack: "dev",
    atMs: now,
    machine: {
      diskFreeBytes: 80e9,
      diskTotalBytes: 250e9,
      inodesFree: 9e6,
      inodesTotal: 1e7,
      memoryAvailableBytes: 8e9,
    },
    volumes: [],
    notAsked: {},
    parts: names.map((name) => part(name, stopped.includes(name) ? "exited" : "running")),
    traffic: {
      url: "http://127.0.0.1:8080",
      answers: true,
      servers: [
        ...servers("app-once", ["app-1", "app-2"]),
        ...servers("primary", ["database-1", "database-2"]),
        ...servers("object-store", ["object-store-1", "object-store-2", "object-store-3"]),
      ],
      readyNodes: ["app-1", "app-2"].filter((name) => !stopped.includes(name)),
    },
    database: {
      members: [
        {
          name: "database-1",
          role: "primary",
          state: "running",
          timeline: 3,
          lagBytes: undefined,
          ...inTouch,
          watcher: sound,
          beginsSessions: true,
        },
        {
          name: "database-2",
          role: "synchronous standby",
          state: "streaming",
          timeline: 3,
          lagBytes: 0,
          ...inTouch,
          watcher: sound,
          beginsSessions: true,
        },
      ],
      recorded: { leader: "database-1", synchronousStandbys: ["database-2"], paused: false },
      lastFailover: { at: "2026-01-02T10:00:00Z", timeline: 3, newPrimary: "database-1" },
    },
    consensus: ["consensus-1", "consensus-2", "consensus-3"].filter((name) => !stopped.includes(name)),
    objectStore: { status: "healthy", nodes: 3, nodesUp: 3 },
    alerts: [],
    backup: undefined,
    ...changes,
  };
}
