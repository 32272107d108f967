import { outOfTouchSeconds } from "../../infra/docker/cluster-settings.ts";
import { unsound } from "./evaluate-soundness.ts";
import type { DatabaseMember, StackObservation } from "./observation.ts";

/** A node that has had no answer for longer than this takes part in no election, though its lease may still look alive. */
const touchSeconds = outOfTouchSeconds + 1;

type Observed = Pick<StackObservation, "database" | "parts" | "consensus" | "atMs">;

/** The database nodes that are primary and whose container runs. */
export function livePrimaries({ database, parts }: Pick<StackObservation, "database" | "parts">): string[] {
  return database.members
    .filter(({ role, state, name }) => role === "primary" && state === "running" && runs(parts, name))
    .map(({ name }) => name);
}

/** The standbys that have every acknowledged write, as the primary says. */
export function standbys({
  database,
  parts,
}: Pick<StackObservation, "database" | "parts">): DatabaseMember[] {
  return database.members.filter(
    ({ role, state, name }) => role === "synchronous standby" && state === "streaming" && runs(parts, name),
  );
}

/**
 * What a failover would fail for now, a sentence each; none when a standby could take over. It goes by what decides a
 * takeover: a leader recorded in consensus, a standby recorded as synchronous whose pages are sound, Patroni of both in
 * touch with consensus.
 */
export function takeoverObstacles(observed: Observed): string[] {
  const { database, consensus, parts, atMs } = observed;
  const [primary, ...others] = livePrimaries(observed);
  if (primary === undefined || others.length > 0) return [];
  const candidates = standbys(observed);
  if (candidates.length === 0) return ["no standby has every write, so commits are on one disk"];
  const { recorded } = database;
  if (!recorded) return ["no database node can read in consensus who leads, so no standby could take over"];
  const obstacles: string[] = [];
  if (2 * consensus.length <= parts.filter(({ role }) => role === "consensus").length)
    obstacles.push("consensus has no quorum, so no standby could take over");
  if (recorded.leader === undefined)
    obstacles.push("consensus has recorded no leader, so no standby could take over");
  else if (recorded.leader !== primary)
    obstacles.push(`consensus has recorded ${recorded.leader} as leader, and ${primary} is primary`);
  if (recorded.paused) obstacles.push("Patroni is paused, so no standby would take over");
  const named = candidates.filter(({ name }) => recorded.synchronousStandbys.includes(name));
  if (named.length === 0)
    obstacles.push("consensus has recorded no synchronous standby, so none could take over");
  const inTouch = ({ consensusSeenAt }: DatabaseMember) =>
    consensusSeenAt !== undefined && atMs / 1_000 - consensusSeenAt <= touchSeconds;
  const sound = named.filter((member) => unsound(member) === undefined);
  if (sound.length === 0) obstacles.push(...named.flatMap((member) => unsound(member) ?? []));
  if (sound.length > 0 && !sound.some(inTouch)) {
    const names = sound.map(({ name }) => name).join(" and ");
    obstacles.push(`${names} reached consensus more than ${touchSeconds} s ago and could not take over`);
  }
  const leading = database.members.find(({ name }) => name === primary);
  if (leading && !inTouch(leading))
    obstacles.push(`${primary} reached consensus more than ${touchSeconds} s ago and may lose its lead`);
  return obstacles;
}

function runs(parts: StackObservation["parts"], name: string): boolean {
  return parts.some((part) => part.name === name && part.state === "running");
}
