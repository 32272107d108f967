import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { PersonError } from "../../infra/errors.ts";
import { readPulumi } from "./pulumi-cli.ts";
import { backendFolder } from "./state-file.ts";

interface Lock {
  pid: number;
  hostname: string;
  username: string;
  timestamp: string;
}

/**
 * Releases the lock that a killed deployment left.
 * @returns Whether there was one.
 * @throws PersonError when a deployment is still running.
 */
export async function releaseStaleLock(project: string, stack: string): Promise<boolean> {
  const locks = await readLocks(project, stack);
  if (locks.length === 0) return false;
  for (const lock of locks) {
    if (lock.hostname !== hostname() || (await isPulumi(lock.pid))) {
      throw new PersonError(
        `The stack ${stack} is being deployed by process ${lock.pid} of ${lock.username} on ${lock.hostname} since ${lock.timestamp}: wait until it has ended.`,
      );
    }
  }
  await readPulumi(["cancel", "--yes", "--stack", stack]);
  return true;
}

/** The locks of a file backend; other backends manage their own. */
async function readLocks(project: string, stack: string): Promise<Lock[]> {
  const folder = backendFolder();
  if (!folder) return [];
  const directory = path.join(folder, "locks", "organization", project, stack);
  const names = await readdir(directory).catch(() => []);
  const files = names.filter((name) => name.endsWith(".json"));
  return Promise.all(
    files.map(async (name) => JSON.parse(await readFile(path.join(directory, name), "utf8"))),
  );
}

async function isPulumi(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  // The pid may have been reused since. Without /proc, it counts as Pulumi's.
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "pulumi");
  return name.startsWith("pulumi");
}
