import { existsSync } from "node:fs";
import { readFile, statfs } from "node:fs/promises";
import { freemem } from "node:os";
import type Docker from "dockerode";
import type { MachineObservation } from "./observation.ts";

/** What the stack stands on: the disk of the engine's data, its inodes, and memory. */
export async function probeMachine(engine: Docker): Promise<MachineObservation> {
  const { DockerRootDir } = (await engine.info()) as { DockerRootDir: string };
  // Not there where the engine runs in a machine of its own, as with Docker Desktop.
  const disk = existsSync(DockerRootDir) ? await statfs(DockerRootDir).catch(() => undefined) : undefined;
  const hasInodes = disk !== undefined && disk.files > 0;
  return {
    diskFreeBytes: disk && disk.bavail * disk.bsize,
    diskTotalBytes: disk && disk.blocks * disk.bsize,
    inodesFree: hasInodes ? disk.ffree : undefined,
    inodesTotal: hasInodes ? disk.files : undefined,
    memoryAvailableBytes: await memoryAvailable(),
  };
}

/** Linux counts what could be freed too; elsewhere what is free has to do. */
async function memoryAvailable(): Promise<number> {
  const text = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}
