import declaration from "../../infra/service.schema.json" with { type: "json" };
import { counts, memoryLimits } from "../../infra/topology.ts";
import { searchMemoryOfNode } from "../toolchain/settings.ts";

/**
 * What the containers of a stack on Docker may take together, in bytes: the sum of their limits.
 * @param settings By config key, as in `searchSettings`.
 */
export function memoryLimitOfStack(settings: Record<string, string>): number {
  const { consensus, database, edge, proxy, objectStore, backup, metrics, alerts, exporter, dashboards } =
    memoryLimits;
  const service =
    counts.consensus * consensus +
    Number(settings.databaseNodes) * database +
    edge +
    counts.proxy * proxy +
    counts.objectStore * objectStore +
    Number(settings.appNodes) * memoryOfNode(settings) +
    backup;
  const monitoring = metrics + alerts + counts.exporter * exporter;
  const withMonitoring = settings.monitoring !== "false";
  return (
    (service +
      (withMonitoring ? monitoring : 0) +
      (withMonitoring && settings.dashboards === "true" ? dashboards : 0)) *
    1024 ** 2
  );
}

/** The service's declaration says it where config does not. It is searched as the settings are: there is no package yet. */
function memoryOfNode({ appMemoryMegabytes, serviceFolder = "" }: Record<string, string>): number {
  const { default: unlessDeclared } = declaration.properties.memoryMegabytes;
  return Number(appMemoryMegabytes) || (searchMemoryOfNode(serviceFolder) ?? unlessDeclared);
}

/**
 * Below this share of their limits the containers do not even start: at rest a stack keeps a seventh of them resident (734
 * of 5216 MiB: `total_rss` and `total_shmem` of its cgroups), and the engine needs some of the rest.
 */
export const leastMemoryShare = 1 / 5;

const gigabyte = 1e9;

/**
 * What a stack takes of the disk of the engine's data, in bytes. Images: the layers of all of them, those shared counted once
 * (`docker image ls`). Data: the volumes of the stack `test` after its tests (`du`): two databases of 340 MB, three members
 * of consensus of 139 MB, which come within minutes; metrics grow for a week, to 2 GB at most.
 */
export const engineDisk = {
  images: 2.1 * gigabyte,
  data: 1.2 * gigabyte,
  /** Without this much the databases hold back writes at once: half of the data is there after the first start. */
  leastData: 0.6 * gigabyte,
} as const;

/**
 * What set-up takes of the home's disk, in bytes (`du`): Node, npm, Pulumi, Garage, Debian and compiled code in
 * ~/.cache/capstone; and where Pulumi is built, Go's modules and build cache beside it. A stack's state is 1 MB, and Pulumi
 * keeps a copy of each of its changes.
 */
export const homeDisk = { cache: 0.8 * gigabyte, goBuild: 3.6 * gigabyte, states: 0.1 * gigabyte } as const;
