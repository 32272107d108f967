import { readFileSync } from "node:fs";
import { cacheDirectory } from "../../../infra/directories.mjs";
import { runLogged } from "../processes.ts";

/** Whether packages can be installed system-wide: root, on Debian or a derivative. */
export function isRootOnDebian(release = osRelease(), uid = process.getuid?.()): boolean {
  return uid === 0 && /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(release);
}

function osRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}

let queue: Promise<void> = Promise.resolve();
let updated = false;

/** Installs packages, one call after another: apt allows one at a time. */
export function installDebianPackages(names: string[]): Promise<void> {
  const installed = queue.then(() => install(names));
  queue = installed.catch(() => {});
  return installed;
}

async function install(names: string[]): Promise<void> {
  const log = cacheDirectory("logs", "apt.log");
  const environment = {
    ...process.env,
    DEBIAN_FRONTEND: "noninteractive",
    // Runlevel 1 keeps packages from starting their services by themselves.
    RUNLEVEL: "1",
  };
  const what = `Installing ${names.join(", ")} from Debian`;
  const options = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  if (!updated) {
    // A custom source that does not answer must not stop us: if it matters, the installation fails.
    await runLogged("apt-get", [...options, "update"], { what, log, environment }).catch(() => {});
    updated = true;
  }
  const args = [...options, "install", "--yes", "--no-install-recommends", ...names];
  await runLogged("apt-get", args, { what, log, environment });
}
