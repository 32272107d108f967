import { livePrimaries } from "../status/evaluate-takeover.ts";
import type { StackObservation } from "../status/observation.ts";
import type { RepairablePart } from "./repairable-part.ts";

/**
 * Why a part must not be remade now: it holds the last good copy of something, or the others could not carry on without
 * it. Undefined when it may be.
 */
export function refusal(part: RepairablePart, observation: StackObservation): string | undefined {
  if (part.kind === "state") return undefined;
  if (part.kind === "consensus") return consensusRefusal(observation);
  const name = `${part.role}-${part.node}`;
  switch (part.role) {
    case "database":
      return databaseRefusal(name, observation);
    case "consensus":
      return memberRefusal(name, observation);
    case "object-store":
      return objectStoreRefusal(name, observation);
    case "backup":
      return livePrimaries(observation).length === 1
        ? undefined
        : "The repository may be the last good copy of the database, since no database node is primary; `npm run restore` brings the database back from it.";
    default:
      return undefined;
  }
}

function databaseRefusal(name: string, observation: StackObservation): string | undefined {
  const primaries = livePrimaries(observation);
  const { recorded } = observation.database;
  if (primaries.includes(name) || recorded?.leader === name)
    return `${name} is the primary and may have the last good copy. Hand over first: docs/runbooks/promote-by-hand.md.`;
  if (primaries.length !== 1)
    return `${primaries.length === 0 ? "No other database node is primary" : "More than one node is primary"}, so ${name} may have the last good copy.`;
  const copied = observation.database.members.find((member) => member.name === primaries[0]);
  if (copied?.watcher && copied.watcher.damagedBlocks > 0)
    return `${copied.name} has damaged pages, so ${name} may have the last good copy: docs/runbooks/damaged-data.md.`;
  if (!recorded || recorded.leader === undefined)
    return `Consensus has recorded no leader, so ${name} could not join one. Repair consensus first.`;
  return undefined;
}

function memberRefusal(name: string, { consensus }: StackObservation): string | undefined {
  const others = consensus.filter((member) => member !== name);
  if (others.length >= 2) return undefined;
  return `Without ${name} consensus has no quorum: ${others.length} other members are in it. If the data of all three is lost, repair consensus as a whole.`;
}

function consensusRefusal(observation: StackObservation): string | undefined {
  const { consensus } = observation;
  if (consensus.length >= 2)
    return `Consensus has a quorum of ${consensus.join(" and ")}; repair its members one by one.`;
  if (livePrimaries(observation).length !== 1)
    return "No single database node is primary, so only consensus knows who may lead. `npm run restore -- --to latest` makes database and consensus anew.";
  return undefined;
}

function objectStoreRefusal(name: string, { objectStore, parts, notAsked }: StackObservation) {
  const others = parts.filter((part) => part.role === "object-store" && part.name !== name);
  const down = others.filter(
    ({ state, unhealthy, name: other }) => state !== "running" || unhealthy || other in notAsked,
  );
  if (down.length > 0)
    return `${down.map((part) => part.name).join(" and ")} would have to carry on without ${name}, and is not healthy.`;
  if (!objectStore || objectStore.status === "unavailable")
    return `The object store has no quorum, so ${name} may have the last good copy of an object.`;
  return undefined;
}
