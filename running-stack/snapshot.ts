import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type Docker from "dockerode";
import type { Role } from "../infra/topology.ts";
import { allowRefusal, type Part, type PartState } from "./part.ts";
import { signalFromOutside } from "./processes.ts";

/** Everything of the stack that runs, by its labels. */
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
 * Brings every container back to what it was: running, not paused, its processes going on, on its networks. It says
 * what it had to mend and what it could not.
 */
export async function restore(part: Part): Promise<string[]> {
  const found = await allowRefusal(part.container.inspect(), 404);
  if (!found) return [`${part.name} is gone: \`npm run up\` makes it anew`];
  const mended = (await part.connectMissing()).map((network) => `${part.name} connected to ${network} again`);
  if (found.State.Paused) {
    await part.container.unpause();
    mended.push(`${part.name} thawed`);
  }
  if (!found.State.Running) {
    await allowRefusal(part.container.start(), 304);
    mended.push(`${part.name} started`);
  } else {
    await continueProcesses(part);
  }
  return mended;
}

/** A process that was never stopped does not notice. */
async function continueProcesses(part: Part): Promise<void> {
  const pids = (await part.processes().catch(() => [])).map(({ pid }) => pid);
  if (pids.length > 0) signalFromOutside(pids, "SIGCONT", part.state.image);
}

/** Where the snapshot lies while faults are under way: what is left there was left by a run that was cut short. */
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
