import { counts, type Role } from "../../infra/topology.ts";
import { fullVolumes, shortages } from "./evaluate-machine.ts";
import { missingNetworks } from "./evaluate-networks.ts";
import { unsoundNodes } from "./evaluate-soundness.ts";
import { livePrimaries, takeoverObstacles } from "./evaluate-takeover.ts";
import type { PartObservation, StackObservation } from "./observation.ts";

export interface Evaluation {
  state: "healthy" | "degraded" | "failed";
  /** Why clients are not served, a sentence each. */
  failures: string[];
  /** What keeps it from being fully redundant, a sentence each. */
  missing: string[];
  /** Whether the service would survive the loss of any one part of a kind, now. What does not serve survives nothing. */
  canLose: Record<
    "application node" | "proxy" | "database node" | "consensus member" | "object store node",
    boolean
  >;
}

/** Decides whether a stack is fully redundant, serves although something is missing, or does not serve. */
export function evaluate(observation: StackObservation): Evaluation {
  const failures = failuresOf(observation);
  const missing = missingOf(observation);
  const state = failures.length > 0 ? "failed" : missing.length > 0 ? "degraded" : "healthy";
  return { state, failures, missing, canLose: canLose(observation, failures.length === 0) };
}

function failuresOf(observation: StackObservation): string[] {
  const { traffic, objectStore } = observation;
  const primaries = livePrimaries(observation);
  const failures = [];
  if (!traffic.answers) failures.push(`clients get no answer at ${traffic.url ?? "any port"}`);
  if (primaries.length === 0 && !noneAsked(observation, "database"))
    failures.push("no database node is primary: nothing can be written");
  if (primaries.length === 1 && noneReached(traffic))
    failures.push(`the proxies do not reach ${primaries[0]}, the primary: nothing can be read or written`);
  if (primaries.length > 1) failures.push(`${primaries.join(" and ")} are primary at once`);
  const objectStoreSilent = !objectStore && !noneAsked(observation, "object-store");
  if (objectStoreSilent || objectStore?.status === "unavailable")
    failures.push("the object store has no quorum");
  return failures;
}

/** Whether the proxies know database nodes and consider none of them a primary that they reach. */
function noneReached({ servers = [] }: StackObservation["traffic"]): boolean {
  const known = servers.filter(({ backend }) => backend === "primary");
  return known.length > 0 && known.every(({ up }) => !up);
}

/** Whether parts of the role run and not one of them could be asked: then nothing is known, which is no failure. */
function noneAsked({ parts, notAsked }: StackObservation, role: Role): boolean {
  const running = parts.filter((part) => part.role === role && part.state === "running");
  return running.length > 0 && running.every(({ name }) => name in notAsked);
}

function runs(parts: PartObservation[], name: string): boolean {
  return parts.some((part) => part.name === name && part.state === "running");
}

function missingOf(observation: StackObservation): string[] {
  const { parts, database, consensus, objectStore, traffic, alerts, backup, machine, volumes, notAsked } =
    observation;
  const missing = [...shortages(machine), ...fullVolumes(volumes)];
  const notRunning = parts
    .filter(({ state, unhealthy }) => state !== "running" || unhealthy)
    .map(({ name, state }) => `${name} is ${state === "running" ? "not healthy" : state}`);
  missing.push(...notRunning, ...removedParts(observation));
  for (const part of parts)
    for (const network of missingNetworks(part, parts)) missing.push(`${part.name} is not on ${network}`);
  for (const [name, why] of Object.entries(notAsked)) missing.push(`${name} could not be asked: ${why}`);
  if (livePrimaries(observation).length > 0 || !noneAsked(observation, "database"))
    missing.push(...databaseObstacles(observation));
  for (const { name, role, state } of database.members) {
    if (role !== "primary" && state !== "streaming" && runs(parts, name) && !(name in notAsked))
      missing.push(`${name} is ${state}, not streaming`);
  }
  missing.push(...unsoundNodes(observation));
  const silent = parts.filter(
    ({ role, state, name }) =>
      role === "consensus" && state === "running" && !consensus.includes(name) && !(name in notAsked),
  );
  missing.push(...silent.map(({ name }) => `${name} sees no quorum`));
  if (objectStore?.status === "degraded") {
    const up = objectStore.nodesUp ?? "not all";
    missing.push(`the object store reaches ${up} of its ${objectStore.nodes} nodes`);
  }
  if (!traffic.servers) missing.push("no proxy reports which nodes it uses");
  const unready = parts.filter(
    ({ role, state, name }) => role === "app" && state === "running" && !traffic.readyNodes.includes(name),
  );
  missing.push(
    ...unready
      .filter(({ name }) => !(name in notAsked))
      .map(({ name }) => `${name} does not pass its health check`),
  );
  for (const { backend, server, up } of traffic.servers ?? []) {
    if (!up && (backend === "app-once" || backend === "object-store"))
      missing.push(`the proxies consider ${server} down`);
  }
  const watched = parts.some(({ role }) => role === "alerts");
  if (watched && !alerts) missing.push("Alertmanager does not answer, so alerts are unknown");
  // The state is about now: an alert about the last hours has its own line, and changes nothing here.
  for (const { name, severity, aboutThePast } of alerts ?? [])
    if (severity !== "info" && !aboutThePast) missing.push(`the alert ${name} is firing`);
  if (backup?.restoreOk === false) missing.push("the last restore verification failed");
  return [...new Set(missing)];
}

/** Without a primary there is nothing to take over from. */
function databaseObstacles(observation: StackObservation): string[] {
  if (livePrimaries(observation).length === 0) return ["no standby has every write"];
  return takeoverObstacles(observation);
}

/** A removed container leaves no trace, so the containers are counted. */
function removedParts({ parts, traffic }: StackObservation): string[] {
  const expected: Partial<Record<Role, number>> = {
    edge: 1,
    proxy: counts.proxy,
    consensus: counts.consensus,
    "object-store": counts.objectStore,
    database: traffic.servers?.filter(({ backend }) => backend === "primary").length ?? 0,
    app: traffic.servers?.filter(({ backend }) => backend === "app-once").length ?? 0,
  };
  return Object.entries(expected).flatMap(([role, count]) => {
    const there = parts.filter((part) => part.role === role).length;
    return there < count ? [`${count - there} of ${count} ${role} containers are gone`] : [];
  });
}

function canLose(observation: StackObservation, serves: boolean): Evaluation["canLose"] {
  const { parts, consensus, objectStore, traffic } = observation;
  const healthy = (role: Role) =>
    parts.filter(
      (part) =>
        part.role === role &&
        part.state === "running" &&
        !part.unhealthy &&
        missingNetworks(part, parts).length === 0,
    );
  const appsUp = traffic.servers?.filter(({ backend, up }) => backend === "app-once" && up).length ?? 0;
  return {
    "application node": serves && Math.min(appsUp, traffic.readyNodes.length, healthy("app").length) >= 2,
    proxy: serves && healthy("proxy").length >= counts.proxy,
    "database node":
      serves &&
      livePrimaries(observation).length === 1 &&
      takeoverObstacles(observation).length === 0 &&
      healthy("database").length >= 2 &&
      // Of two nodes either may be the one that is left.
      unsoundNodes(observation).length === 0,
    "consensus member": serves && consensus.length >= counts.consensus,
    "object store node":
      serves && objectStore?.status === "healthy" && healthy("object-store").length >= counts.objectStore,
  };
}
