import { stat, statfs } from "node:fs/promises";
import type Docker from "dockerode";
import type { VolumeObservation } from "./observation.ts";

/**
 * How much space is left on volumes that have a disk of their own: what the engine mounts is seen from outside by root, where
 * the engine runs on this machine. Nothing is run in a container for it.
 */
export async function probeVolumes(
  engine: Docker,
  containers: Docker.ContainerInfo[],
): Promise<VolumeObservation[]> {
  const { DockerRootDir } = (await engine.info()) as { DockerRootDir: string };
  const shared = await deviceOf(DockerRootDir);
  if (shared === undefined) return [];
  const mounts = containers.flatMap(({ State, Mounts }) =>
    State === "running" ? Mounts.filter(({ Type, RW }) => Type === "volume" && RW) : [],
  );
  const sources = new Map(mounts.map(({ Name, Source }) => [Source, Name ?? Source]));
  const found = [...sources].map(async ([source, name]) => {
    const device = await deviceOf(source);
    if (device === undefined || device === shared) return [];
    // A volume may go away meanwhile.
    const space = await statfs(source).catch(() => undefined);
    return space
      ? [{ name, freeBytes: space.bavail * space.bsize, totalBytes: space.blocks * space.bsize }]
      : [];
  });
  return (await Promise.all(found)).flat();
}

/** Undefined where it cannot be seen from here. */
function deviceOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ dev }) => dev,
    () => undefined,
  );
}
