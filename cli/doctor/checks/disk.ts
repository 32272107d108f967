import { statfs } from "node:fs/promises";
import path from "node:path";
import { size } from "../../../operations/status/evaluate-machine.ts";
import type { Finding } from "../finding.ts";
import { engineDisk, homeDisk } from "../needs.ts";

export interface EngineDisk {
  /** The folder of the engine's data, as in /var/lib/docker. */
  folder: string;
  /** Undefined where it cannot be seen from here: inside a virtual machine. */
  freeBytes: number | undefined;
  /** Whether the engine has the base images, and so the layers of the stack's images. */
  hasImages: boolean;
  /** Whether the stack has volumes already: an `up` then only has to go on, on a full disk too. */
  hasStack: boolean;
}

/** The disk of the engine's data against what the stack takes there. */
export function checkEngineDisk({ folder, freeBytes, hasImages, hasStack }: EngineDisk): Finding {
  const name = "disk of the engine";
  if (freeBytes === undefined)
    return {
      name,
      state: "ok",
      found: `${folder} is inside the engine's virtual machine and cannot be seen from here`,
      advice: `A new stack needs ${size(engineDisk.images + engineDisk.data)} there.`,
    };
  const images = hasImages ? 0 : engineDisk.images;
  const enough = images + (hasStack ? 0 : engineDisk.data);
  const least = images + (hasStack ? 0 : engineDisk.leastData);
  const found = `${size(freeBytes)} free for ${folder}; ${hasStack ? "the stack is there already" : `a new stack takes ${size(enough)}`}`;
  if (!hasStack && freeBytes < least)
    return {
      name,
      state: "missing",
      found,
      advice: `It does not start with less than ${size(least)}: free some, or move the engine's data (\`data-root\`).`,
      stops: true,
    };
  if (freeBytes < enough)
    return { name, state: "warning", found, advice: "It starts, and soon the disk is full: free some." };
  return { name, state: "ok", found };
}

/** A folder that set-up writes to, and what is free there; undefined where that is not known. */
export interface FolderSpace {
  folder: string;
  freeBytes: number | undefined;
}

/** The disk of what set-up keeps in the home: its cache, and the stacks' states. */
export function checkHomeDisk(cache: FolderSpace, data: FolderSpace, builds: boolean): Finding {
  const name = "disk of the home";
  const needed = homeDisk.cache + (builds ? homeDisk.goBuild : 0);
  const said = [cache, data].map(({ folder, freeBytes }) => `${sizeOrUnknown(freeBytes)} free for ${folder}`);
  const found = `${said.join(", ")}; set-up keeps up to ${size(needed)} in the first, states in the second`;
  if ((cache.freeBytes ?? needed) < needed)
    return { name, state: "warning", found, advice: "Free some, or set XDG_CACHE_HOME to another disk." };
  if ((data.freeBytes ?? homeDisk.states) < homeDisk.states)
    return { name, state: "warning", found, advice: "Free some, or set XDG_DATA_HOME to another disk." };
  return { name, state: "ok", found };
}

function sizeOrUnknown(bytes: number | undefined): string {
  return bytes === undefined ? "an unknown amount" : size(bytes);
}

/** The free bytes of the file system that a path is on, or will be on; undefined where that is not known. */
export async function freeBytesAt(folder: string): Promise<number | undefined> {
  const disk = await statfs(folder).catch(() => undefined);
  if (disk) return disk.bavail * disk.bsize;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : freeBytesAt(parent);
}
