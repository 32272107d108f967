import type { Scene } from "../drill.ts";

/** What can happen to the data of a part. */
export const damages = ["disk lost", "data damaged", "cannot start"] as const;
export type Damage = (typeof damages)[number];

/** A part of the stack that keeps data. */
export const damagedParts = [
  "database, primary",
  "database, replica",
  "consensus, one member",
  "consensus, all members",
  "object store, one node",
  "backup repository",
  "metrics",
  "the engine's state",
] as const;
export type DamagedPart = (typeof damagedParts)[number];

/** One damage to one part, and what is expected to mend it. */
export interface DamageCase {
  part: DamagedPart;
  damage: Damage;
  /** What is done, in a few words. */
  description: string;
  prepare?: (scene: Scene) => Promise<void>;
  inject: (scene: Scene) => Promise<void>;
  /** Makes somebody notice what no part looks at by itself: a read, a verified restore. Its failure is the notice. */
  provoke?: Command;
  /** The command that mends it; without one it mends itself. */
  mend?: Command;
  /** What is so only once it is mended, where a healthy status does not say it. */
  isMended?: (scene: Scene) => Promise<boolean>;
  cleanUp?: (scene: Scene) => Promise<void>;
}

/** A command of the project, as in `["repair", "consensus"]`. */
export type Command = [string, ...string[]];

/** What was measured; times in milliseconds since the damage. */
export interface DamageResult {
  part: DamagedPart;
  damage: Damage;
  description: string;
  measuredAt: string;
  commit: string;
  /** The machine's load average over the last minute: nothing else ran at 2 or below. */
  loadAverage: number;
  /** Undefined when status stayed healthy and no command failed. */
  noticedAfterMs?: number;
  /** What said so first. */
  noticedBy?: string;
  /** As in `npm run repair -- consensus`; undefined when it mended itself. */
  mendedBy?: string;
  /** Undefined when it was not mended within the limit. */
  mendedAfterMs?: number;
  failedRequests: number;
  operations: number;
  lost: number;
  /** Why it failed; empty when it passed. */
  reasons: string[];
}

/** A case's name on the command line, as in `consensus-all-members-disk-lost`. */
export function caseName({ part, damage }: Pick<DamageCase, "part" | "damage">): string {
  return `${part} ${damage}`.replaceAll(/[',]/g, "").replaceAll(" ", "-");
}
