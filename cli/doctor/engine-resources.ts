import { existsSync, readdirSync } from "node:fs";
import { totalmem } from "node:os";
import path from "node:path";
import { readEngine } from "../../infra/docker/engine/ask-engine.ts";
import { kindOfEngine } from "../../infra/docker/engine/engine-facts.ts";
import { engineHasImage, engineHasToBeInstalled } from "../toolchain/parts/docker-engine.ts";
import { baseImages } from "../toolchain/versions.mjs";
import { checkEngineDisk, freeBytesAt } from "./checks/disk.ts";
import type { FoundEngine } from "./checks/engine.ts";
import { checkMemory, swapOfThisMachine } from "./checks/memory.ts";
import type { Finding } from "./finding.ts";

/** Where an engine that set-up installs keeps its data. */
const usualFolder = "/var/lib/docker";

export interface EngineResources {
  memory: Finding;
  disk: Finding;
  hasStack: boolean;
}

/**
 * The engine's memory and disk; this machine's where set-up is still to install one. Of an engine that is stopped, or did
 * not describe itself in time, they are a guess, which stops nobody.
 */
export async function examineResources(
  stack: string,
  settings: Record<string, string>,
  found: FoundEngine | undefined,
): Promise<EngineResources> {
  const kind = found && kindOfEngine(found.info);
  const where = kind?.inMachineOfItsOwn ? `${kind.name}'s virtual machine` : "this machine";
  const folder = found?.info.DockerRootDir ?? usualFolder;
  const isHere = !kind?.inMachineOfItsOwn && (!found || existsSync(folder));
  const hasStack = found ? await hasVolumes(found, stack) : hasVolumesAt(folder, stack);
  const swap = kind?.inMachineOfItsOwn ? 0 : swapOfThisMachine();
  const memory = checkMemory(found?.info.MemTotal ?? totalmem(), where, settings, swap);
  const disk = checkEngineDisk({
    folder,
    freeBytes: isHere ? await freeBytesAt(folder) : undefined,
    hasImages: found !== undefined && (await engineHasImage(baseImages.debian)),
    hasStack,
  });
  if (found || (await engineHasToBeInstalled())) return { memory, disk, hasStack };
  return { memory: asGuess(memory), disk: asGuess(disk), hasStack };
}

function asGuess({ stops, ...finding }: Finding): Finding {
  if (!stops) return finding;
  const found = `${finding.found}, as far as can be told while the engine does not answer`;
  return { ...finding, state: "warning", found };
}

/** Of an engine that is stopped, as after a restart of the machine: its folder says so to whoever may start it. */
export function hasVolumesAt(folder: string, stack: string): boolean {
  try {
    return readdirSync(path.join(folder, "volumes")).some((name) => name.startsWith(`capstone-${stack}-`));
  } catch {
    return false;
  }
}

async function hasVolumes({ engine }: FoundEngine, stack: string): Promise<boolean> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`capstone.stack=${stack}`] }));
  const listed = await readEngine<{ Volumes: unknown[] | null }>(
    engine.socketPath,
    `/volumes?filters=${filters}`,
  );
  return (listed?.Volumes ?? []).length > 0;
}
