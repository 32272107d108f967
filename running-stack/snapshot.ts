import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type Docker from "dockerode";
import type { Role } from "../infra/topology.ts";
import { allowRefusal, type Part, type PartState } from "./part.ts";
import { signalFromOutside } from "./processes.ts";

/** The stack's running containers, by label. */
export async function takeSnapshot(engine: Docker, stack: string): Promise<PartState[]> {
  const containers = await engine.listContainers({ filters: { label: [`capstone.stack=${stack}`] } });
  const states = containers.map(async ({ Id, Names, Labels }) => {
    const { Config, NetworkSettings } = await engine.getContainer(Id).inspect();
    const networks = Object.entries(NetworkSettings.Networks).map(([network, { Aliases }]) => [
      network,
      // The engine adds the container's own id.
      ((Aliases ?? []) as string[]).filter((alias) => !Id.startsWith(alias)),
    ]);
    return {
      containerName: (Names[0] ?? "").slice(1),
      role: Labels["capstone.role"] as Role,
      node: Number(Labels["capstone.node"] ?? 1),
      image: Config.Image,
      networks: Object.fromEntries(networks) as Record<string, string[]>,
      healthCheck: Config.Healthcheck?.Test?.slice(1) ?? ["true"],
    };
  });
  return (await Promise.all(states)).toSorted((a, b) => a.containerName.localeCompare(b.containerName));
}

/**
 * Restores a container: running, not paused, no process suspended, on its networks.
 * @returns What it repaired, and what it could not.
 */
export async function restore(part: Part): Promise<string[]> {
  const found = await allowRefusal(part.container.inspect(), 404);
  if (!found) return [`${part.name} is gone: \`npm run up\` recreates it`];
  const mended = (await part.connectMissing()).map((network) => `${part.name} connected to ${network} again`);
  if (found.State.Paused) {
    await part.container.unpause();
    mended.push(`${part.name} thawed`);
  }
  if (!found.State.Running) {
    await allowRefusal(part.container.start(), 304);
    mended.push(`${part.name} started`);
  } else {
    await continueProcesses(part, found.Id);
  }
  return mended;
}

/** SIGCONT does nothing to a process that is not suspended. */
async function continueProcesses(part: Part, id: string): Promise<void> {
  const pids = (await part.processes().catch(() => [])).map(({ pid }) => pid);
  if (pids.length > 0) signalFromOutside(pids, "SIGCONT", { id, image: part.state.image });
}

/** The snapshot's file while faults are under way. One that is still there was left by an interrupted run. */
export class SnapshotFile {
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  read(): PartState[] | undefined {
    return existsSync(this.file) ? (JSON.parse(readFileSync(this.file, "utf8")) as PartState[]) : undefined;
  }

  write(states: PartState[]): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, JSON.stringify(states, null, 2));
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }
}
