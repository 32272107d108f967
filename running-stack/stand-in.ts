import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { allowRefusal, type Part } from "./part.ts";

/** How the stand-in differs from the part. */
export interface StandInChanges {
  /** Files of this machine mounted over the image's: path in the container to path here. */
  files?: Record<string, string>;
  /** Volumes in place of the part's own: path in the container to volume. */
  volumes?: Record<string, string>;
  /** Done while the part is stopped and its stand-in has not begun. */
  beforeStart?: () => Promise<unknown>;
}

const heldSuffix = "-held";
/** Marks what exists only for a drill. */
export const standInLabel = "capstone.drill=stand-in";

/**
 * Replaces a part by a changed copy with the same name, networks and settings. The part itself is stopped and renamed;
 * `restore` puts it back, so that Pulumi finds its own containers.
 */
export async function standIn(engine: Docker, part: Part, changes: StandInChanges): Promise<void> {
  const original = await part.container.inspect();
  await part.container.stop();
  await part.container.rename({ name: part.containerName + heldSuffix });
  const { Config, HostConfig } = original;
  const replaced = Object.keys(changes.volumes ?? {});
  const binds = (HostConfig.Binds ?? []).filter(
    (bind) => !replaced.some((path) => bind.split(":")[1] === path),
  );
  for (const [path, volume] of Object.entries(changes.volumes ?? {})) binds.push(`${volume}:${path}:rw`);
  for (const [path, file] of Object.entries(changes.files ?? {})) binds.push(`${file}:${path}:ro`);
  const [first] = Object.entries(part.state.networks);
  const container = await engine.createContainer({
    name: part.containerName,
    ...Config,
    // A part that shares another's network has the other's host name.
    Hostname: first ? Config.Hostname : "",
    Labels: { ...Config.Labels, ...Object.fromEntries([standInLabel.split("=")]) },
    HostConfig: { ...HostConfig, Binds: binds, ...(first ? { NetworkMode: first[0] } : {}) },
    ...(first ? { NetworkingConfig: { EndpointsConfig: { [first[0]]: { Aliases: first[1] } } } } : {}),
  });
  await part.connectMissing();
  await changes.beforeStart?.();
  await container.start();
  await untilHealthy(container);
}

async function untilHealthy(container: Docker.Container): Promise<void> {
  const endsAtMs = Date.now() + 60_000;
  for (;;) {
    const { State, Name } = await container.inspect();
    if (State.Health === undefined || State.Health.Status === "healthy") return;
    if (Date.now() > endsAtMs) throw new Error(`The stand-in for ${Name.slice(1)} did not become healthy.`);
    await sleep(250);
  }
}

/**
 * Copies a part's file to this machine, with one text replaced.
 * @throws Error when the file does not contain the text: the breakage would break nothing.
 */
export async function changedFile(part: Part, path: string, [from, to]: [string, string]): Promise<string> {
  const content = await part.run(["cat", path]);
  if (!content.includes(from))
    throw new Error(`${path} of ${part.name} no longer contains "${from.trim()}".`);
  const file = join(mkdtempSync(join(tmpdir(), "capstone-drill-")), basename(path));
  writeFileSync(file, `${content.replace(from, to)}\n`, { mode: 0o644 });
  return file;
}

/**
 * Removes every stand-in of a stack and puts the held parts back under their names.
 * @returns What it did.
 */
export async function endStandIns(engine: Docker, stack: string): Promise<string[]> {
  const label = (more: string) => ({ all: true, filters: { label: [`capstone.stack=${stack}`, more] } });
  const said: string[] = [];
  for (const { Id } of await engine.listContainers(label(standInLabel))) {
    await allowRefusal(engine.getContainer(Id).remove({ force: true }), 404, 409);
  }
  const { Volumes } = await engine.listVolumes({
    filters: JSON.stringify({ label: [`capstone.stack=${stack}`, standInLabel] }),
  });
  for (const { Name } of Volumes) await allowRefusal(engine.getVolume(Name).remove(), 404);
  for (const { Id, Names } of await engine.listContainers(label("capstone.role"))) {
    const name = (Names[0] ?? "").slice(1);
    if (!name.endsWith(heldSuffix)) continue;
    const container = engine.getContainer(Id);
    await container.rename({ name: name.slice(0, -heldSuffix.length) });
    await container.start();
    said.push(`${name.slice(0, -heldSuffix.length)} put back`);
  }
  return said;
}
