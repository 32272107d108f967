import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { cacheDirectory } from "../../../infra/directories.mjs";
import { projectRoot } from "../../../infra/project.ts";
import { setUpMinutes } from "../../doctor/durations.ts";
import type { Part } from "../part.ts";
import { runLogged } from "../processes.ts";

/** The digest of the lock file that node_modules was last found to match. */
const stamp = path.join(projectRoot, "node_modules", ".matches-lock");

interface LockedPackage {
  version?: string;
  integrity?: string;
  optional?: boolean;
  devOptional?: boolean;
  peer?: boolean;
}
type Locked = Record<string, LockedPackage>;

/** Whether what npm recorded as installed matches the lock file; optional packages may be absent. */
export function matchesLock(wanted: Locked, installed: Locked): boolean {
  return Object.entries(wanted).every(([location, locked]) => {
    if (location === "") return true;
    const there = installed[location];
    if (!there) return Boolean(locked.optional || locked.devOptional);
    return there.version === locked.version && there.integrity === locked.integrity;
  });
}

/** Whether node_modules is what package-lock.json says; `stamped` when that was found out before. Writes nothing. */
export async function findPackages(): Promise<{ there: boolean; stamped: boolean; digest: string }> {
  const lock = await readFile(path.join(projectRoot, "package-lock.json"), "utf8");
  const digest = createHash("sha256").update(lock).digest("hex");
  if ((await readFile(stamp, "utf8").catch(() => "")) === digest)
    return { there: true, stamped: true, digest };
  const installed = await readFile(
    path.join(projectRoot, "node_modules", ".package-lock.json"),
    "utf8",
  ).catch(() => "{}");
  const there = matchesLock(JSON.parse(lock).packages, JSON.parse(installed).packages ?? {});
  return { there, stamped: false, digest };
}

/** node_modules, as package-lock.json says. */
export const packages: Part = {
  name: "npm packages",
  minutes: setUpMinutes.packages,

  async isThere() {
    const { there, stamped, digest } = await findPackages();
    if (there && !stamped) await writeFile(stamp, digest);
    return there;
  },

  async provide({ progress }) {
    progress.start(this.name, "installing what package-lock.json names");
    await runLogged("npm", ["ci", "--include=dev", "--no-audit", "--no-fund"], {
      what: "Installing the npm packages (check the network and run this again)",
      log: cacheDirectory("logs", "packages.log"),
      directory: projectRoot,
    });
    return "installed from the npm registry";
  },
};
