import { stat } from "node:fs/promises";
import type Docker from "dockerode";
import { networkAlias } from "../../infra/naming.ts";
import type { Role } from "../../infra/topology.ts";
import type { SpaceObservation } from "./observation.ts";

/** The engine adds up every volume file by file. */
const timeoutMs = 15_000;
/** As the parts' containers are configured: the log and two older ones. */
const rotatedLogs = ["", ".1", ".2"];

/** What the engine answers on `/system/df`, as far as it is used here. */
interface DiskUsage {
  Images: { Size: number; SharedSize: number; Containers: number }[] | null;
  Volumes:
    | { Name: string; Labels: Record<string, string> | null; UsageData: { Size: number; RefCount: number } }[]
    | null;
  BuildCache: { Size: number; InUse: boolean; Shared: boolean }[] | null;
  LayersSize: number;
}

/** Who takes how much of the machine's disk; undefined when the engine does not say so in time. */
export async function probeSpace(engine: Docker, stack: string): Promise<SpaceObservation | undefined> {
  const [usage, logBytes] = await Promise.all([
    withinTime(engine.df() as Promise<DiskUsage>),
    withinTime(sizeOfLogs(engine)),
  ]);
  return usage && { ...readUsage(usage, stack), logBytes };
}

function withinTime<T>(answer: Promise<T>): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) => {
    setTimeout(resolve, timeoutMs, undefined).unref();
  });
  return Promise.race([answer.catch(() => undefined), late]);
}

export function readUsage(usage: DiskUsage, stack: string): Omit<SpaceObservation, "logBytes"> {
  const volumes = (usage.Volumes ?? []).map(({ Name, Labels, UsageData }) => {
    const { "capstone.stack": of, "capstone.role": role, "capstone.node": node } = Labels ?? {};
    const part = of === stack && role !== undefined;
    return {
      name: part && node !== undefined ? networkAlias(role as Role, Number(node)) : Name,
      of,
      // Not known of volumes that are not on the disk.
      bytes: Math.max(0, UsageData.Size),
      used: UsageData.RefCount > 0,
    };
  });
  const sum = (list: { bytes: number }[]) => list.reduce((total, { bytes }) => total + bytes, 0);
  const own = volumes.filter(({ of }) => of === stack);
  const others = volumes.filter(({ of }) => of !== stack);
  const unused = others.filter(({ used }) => !used);
  const cache = usage.BuildCache ?? [];
  return {
    volumes: own.map(({ name, bytes }) => ({ name, bytes })).toSorted((a, b) => b.bytes - a.bytes),
    otherVolumesBytes: sum(others),
    unused: [...Map.groupBy(unused, ({ name, of }) => of ?? name)].map(([name, list]) => ({
      name,
      isStack: list.some(({ of }) => of !== undefined),
      bytes: sum(list),
    })),
    imageBytes: usage.LayersSize,
    unusedImageBytes: (usage.Images ?? [])
      .filter(({ Containers }) => Containers === 0)
      .reduce((total, { Size, SharedSize }) => total + Math.max(0, Size - Math.max(0, SharedSize)), 0),
    buildCacheBytes: cache
      .filter(({ InUse, Shared }) => !InUse && !Shared)
      .reduce((total, { Size }) => total + Size, 0),
  };
}

/** Of all containers; undefined where their files cannot be seen from here, which takes being root. */
async function sizeOfLogs(engine: Docker): Promise<number | undefined> {
  const containers = await engine.listContainers({ all: true });
  const sizes = await Promise.all(
    containers.map(async ({ Id }) => {
      const { LogPath } = await engine.getContainer(Id).inspect();
      if (!LogPath) return [0];
      return Promise.all(
        rotatedLogs.map((suffix, index) =>
          stat(LogPath + suffix).then(
            ({ size }) => size,
            () => (index === 0 ? undefined : 0),
          ),
        ),
      );
    }),
  );
  const known = sizes.flat();
  if (known.includes(undefined)) return undefined;
  return known.reduce((total: number, size) => total + (size ?? 0), 0);
}
