import type { DatabaseMember, StackObservation } from "./observation.ts";

/**
 * Why a node may not be relied on, in words; undefined when it begins sessions and its watcher says that nothing is wrong
 * with its data and its disk.
 */
export function unsound({ name, watcher, beginsSessions }: DatabaseMember): string | undefined {
  if (!beginsSessions) return `Postgres on ${name} does not answer new clients`;
  if (!watcher) return `the watcher of ${name} was not asked, so whether its pages are sound is not known`;
  const { damagedBlocks, refusesWrites, cannotBeMended } = watcher;
  if (damagedBlocks > 0) return `the disk of ${name} has ${blocks(damagedBlocks)}`;
  if (refusesWrites) return `${name} takes no writes until its disk has space`;
  if (cannotBeMended) return `${name} is broken and cannot be made anew by itself; its log says why`;
  return undefined;
}

/** As in `3 damaged blocks`. */
export function blocks(damaged: number): string {
  return damaged === 1 ? "1 damaged block" : `${damaged} damaged blocks`;
}

/** The database nodes that answer and may not be relied on, a sentence each. */
export function unsoundNodes({ database }: Pick<StackObservation, "database">): string[] {
  const answering = database.members.filter(({ state }) => state !== "silent");
  return answering.flatMap((member) => unsound(member) ?? []);
}
