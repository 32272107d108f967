import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { PersonError } from "../../infra/errors.ts";
import { counts } from "../../infra/topology.ts";
import { makeBackup } from "../backups/make-backup.ts";
import { saveState } from "../state-copy/save-state.ts";
import { takeoverObstacles } from "../status/evaluate-takeover.ts";
import type { StackObservation } from "../status/observation.ts";
import { probeStack } from "../status/probe-stack.ts";
import { refusal } from "./refusals.ts";
import type { RepairablePart } from "./repairable-part.ts";
import { emptyVolume, startPart, stopPart } from "./volumes.ts";

export interface RepairOptions {
  engine: Docker;
  stack: string;
  part: Exclude<RepairablePart, { kind: "state" }>;
  /** Told of progress. */
  say: (line: string) => void;
}

/** A part comes back within this, while nothing is copied. */
const usualMs = 3 * 60_000;
/** Copying a large database or object store takes longer. */
const copyingMs = 60 * 60_000;

/**
 * Remakes a part from its peers: its container is stopped, its data removed, and what starts empty copies the others.
 * @returns What was done, a sentence for people.
 * @throws PersonError when it must not be remade now (nothing was changed then), or did not become healthy.
 */
export async function repair({ engine, stack, part, say }: RepairOptions): Promise<string> {
  const refused = refusal(part, await probeStack(engine, stack));
  if (refused) throw new PersonError(`Nothing was changed. ${refused}`);
  const startedAtMs = Date.now();
  const nodes =
    part.kind === "consensus"
      ? Array.from({ length: counts.consensus }, (_, index) => ({
          role: "consensus" as const,
          node: index + 1,
        }))
      : [part];
  const names = nodes.map(({ role, node }) => `${role}-${node}`).join(", ");
  say(`stopping ${names}`);
  for (const { role, node } of nodes) await stopPart(stack, role, node);
  say(`removing the data of ${names}`);
  try {
    for (const { role, node } of nodes) await emptyVolume(stack, role, node);
  } catch (error) {
    // As it was found, so that whatever still works goes on.
    for (const { role, node } of nodes) await startPart(stack, role, node);
    throw error;
  }
  say(`starting ${names}; ${whatFillsIt(part)}`);
  for (const { role, node } of nodes) await startPart(stack, role, node);
  if (part.kind === "container" && part.role === "backup") await fillRepository(engine, stack, say);
  await untilHealthy(engine, stack, part);
  return `${names} was remade in ${((Date.now() - startedAtMs) / 1_000).toFixed(1)} s and is healthy.`;
}

/** Where a part that starts empty has its data from. */
export function whatFillsIt(part: RepairOptions["part"]): string {
  if (part.kind === "consensus") return "the primary enters itself again";
  if (part.role === "backup") return "a full backup comes next, and the uploads follow by themselves";
  if (part.role === "metrics") return "it begins anew: what was measured before is gone";
  return "it copies the others";
}

/** What an empty repository needs to be worth as much as the last one. */
async function fillRepository(engine: Docker, stack: string, say: (line: string) => void): Promise<void> {
  say(await makeBackup(stack, "full", say));
  const noCopy = await saveState(engine, stack);
  if (noCopy) say(noCopy);
}

async function untilHealthy(engine: Docker, stack: string, part: RepairOptions["part"]): Promise<void> {
  const startedAtMs = Date.now();
  for (;;) {
    const observation = await probeStack(engine, stack);
    const missing = missingOf(part, observation);
    if (missing === undefined) return;
    const limitMs = /copying|creating replica/.test(missing) ? copyingMs : usualMs;
    if (Date.now() - startedAtMs > limitMs)
      throw new PersonError(`The repair is not done after ${limitMs / 60_000} minutes: ${missing}.`);
    await sleep(1_000);
  }
}

/** What the part still is not, in a few words; undefined when it is healthy. */
export function missingOf(part: RepairOptions["part"], observation: StackObservation): string | undefined {
  const { consensus, objectStore, database, parts } = observation;
  if (part.kind === "consensus") {
    if (consensus.length < counts.consensus)
      return `${consensus.length} of ${counts.consensus} members are in the quorum`;
    return takeoverObstacles(observation)[0];
  }
  const name = `${part.role}-${part.node}`;
  const container = parts.find((one) => one.name === name);
  if (container?.state !== "running") return `${name} is ${container?.state ?? "gone"}`;
  switch (part.role) {
    case "consensus":
      return consensus.includes(name) ? undefined : `${name} sees no quorum`;
    case "object-store":
      return objectStore?.status === "healthy"
        ? undefined
        : `the object store is ${objectStore?.status ?? "silent"}`;
    case "database": {
      const member = database.members.find((one) => one.name === name);
      if (member?.state !== "streaming") return `${name} is ${member?.state ?? "silent"}`;
      return takeoverObstacles(observation)[0];
    }
    default:
      return container.unhealthy ? `${name} is not healthy` : undefined;
  }
}
