import { arch, cpus, loadavg, release, totalmem } from "node:os";
import { releaseCommit } from "../../infra/release.ts";
import type { Role } from "../../infra/topology.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Results } from "./results.ts";

/** What a figure depends on; other changes do not make it outdated. */
const measured = [
  "app",
  "drills",
  "infra",
  "migrations",
  "operations/status",
  "running-stack",
  "stacks",
  "package-lock.json",
];

export function measuredCommit(): string {
  const files = measured.flatMap((path) => [path, `${path}/**`]);
  return releaseCommit({ context: ".", dockerfile: "", files });
}

/** Of the machine over the last minute, all its cores together; above their number other work ran beside. */
export function loadAverage(): number {
  const [lastMinute = 0] = loadavg();
  return Math.round(lastMinute * 10) / 10;
}

/** Sizes only: nothing that names the machine. */
export function describeMachine(): Results["machine"] {
  return {
    cores: cpus().length,
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    kernel: release().split("-")[0] ?? "",
    architecture: arch(),
  };
}

const commands: Record<string, { role: Role; command: string[] }> = {
  postgres: { role: "database", command: ["/usr/lib/postgresql/17/bin/postgres", "--version"] },
  patroni: { role: "database", command: ["patroni", "--version"] },
  etcd: { role: "consensus", command: ["etcd", "--version"] },
  haproxy: { role: "proxy", command: ["haproxy", "-v"] },
  garage: { role: "object-store", command: ["garage", "--version"] },
  node: { role: "app", command: ["node", "--version"] },
};

/** The versions that run, as the programs print them. */
export async function describeVersions(stack: RunningStack): Promise<Record<string, string>> {
  const { Version } = await stack.engine.version();
  const versions: Record<string, string> = { docker: Version };
  for (const [name, { role, command }] of Object.entries(commands)) {
    const said = await stack.part(role).run(command);
    versions[name] = /\d+(\.\d+)+/.exec(said)?.[0] ?? said;
  }
  return versions;
}
