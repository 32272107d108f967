import { counts, type Role } from "../../infra/topology.ts";
import type { PartLook, StackLook } from "./probe-stack.ts";

export interface Judgement {
  state: "healthy" | "degraded" | "failed";
  /** Why clients are not served, a sentence each. */
  failures: string[];
  /** What is missing of full redundancy, a sentence each. */
  lacks: string[];
  /** Whether the service would go on without any one of a kind of part, now. */
  canLose: Record<
    "application node" | "proxy" | "database node" | "consensus member" | "object store node",
    boolean
  >;
}

/** Says whether a stack is whole, serves in spite of what it lacks, or does not serve. */
export function judge(look: StackLook): Judgement {
  const failures = failuresOf(look);
  const lacks = lacksOf(look);
  const state = failures.length > 0 ? "failed" : lacks.length > 0 ? "degraded" : "healthy";
  return { state, failures, lacks, canLose: canLose(look) };
}

function failuresOf({ traffic, database, objectStore, parts }: StackLook): string[] {
  const primaries = livePrimaries({ database, parts });
  const failures = [];
  if (!traffic.answers) failures.push(`clients get no answer at ${traffic.url ?? "any port"}`);
  if (primaries.length === 0) failures.push("no database node is primary: nothing can be written");
  if (primaries.length > 1) failures.push(`${primaries.join(" and ")} are primary at once`);
  if (!objectStore || objectStore.status === "unavailable") failures.push("the object store has no quorum");
  return failures;
}

function livePrimaries({ database, parts }: Pick<StackLook, "database" | "parts">): string[] {
  return database.members
    .filter(({ role, state, name }) => role === "primary" && state === "running" && runs(parts, name))
    .map(({ name }) => name);
}

function runs(parts: PartLook[], name: string): boolean {
  return parts.some((part) => part.name === name && part.state === "running");
}

function lacksOf(look: StackLook): string[] {
  const { parts, database, consensus, objectStore, traffic, alerts, backup } = look;
  const lacks = parts
    .filter(({ state, unhealthy }) => state !== "running" || unhealthy)
    .map(({ name, state }) => `${name} is ${state === "running" ? "not healthy" : state}`);
  lacks.push(...missingParts(look));
  if (standbys(look).length === 0) lacks.push("no standby has every write");
  for (const { name, role, state } of database.members) {
    if (role !== "primary" && state !== "streaming" && runs(parts, name))
      lacks.push(`${name} is ${state}, not streaming`);
  }
  const silent = parts.filter(
    ({ role, state, name }) => role === "consensus" && state === "running" && !consensus.includes(name),
  );
  lacks.push(...silent.map(({ name }) => `${name} sees no quorum`));
  if (objectStore?.status === "degraded") {
    lacks.push(`the object store reaches ${objectStore.nodesUp} of its ${objectStore.nodes} nodes`);
  }
  if (!traffic.servers) lacks.push("no proxy says whom it sends clients to");
  for (const { backend, server, up } of traffic.servers ?? []) {
    if (!up && (backend === "app-once" || backend === "object-store"))
      lacks.push(`the proxies take ${server} for down`);
  }
  const watched = parts.some(({ role }) => role === "alerts");
  if (watched && !alerts) lacks.push("Alertmanager does not answer, so alerts are unknown");
  for (const { name, severity } of alerts ?? [])
    if (severity !== "info") lacks.push(`the alert ${name} fires`);
  if (backup?.restoreOk === false) lacks.push("the last try to restore a backup failed");
  return [...new Set(lacks)];
}

/** Of a container that was removed nothing is left to see, so they are counted. */
function missingParts({ parts, traffic }: StackLook): string[] {
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

function standbys({ database, parts }: StackLook): string[] {
  return database.members
    .filter(
      ({ role, state, name }) => role === "synchronous standby" && state === "streaming" && runs(parts, name),
    )
    .map(({ name }) => name);
}

function canLose(look: StackLook): Judgement["canLose"] {
  const { parts, consensus, objectStore, traffic } = look;
  const well = (role: Role) =>
    parts.filter((part) => part.role === role && part.state === "running" && !part.unhealthy);
  const appsUp = traffic.servers?.filter(({ backend, up }) => backend === "app-once" && up).length ?? 0;
  return {
    "application node": Math.min(appsUp, well("app").length) >= 2,
    proxy: well("edge").length + well("proxy").length >= 3,
    "database node": livePrimaries(look).length === 1 && standbys(look).length > 0,
    "consensus member": consensus.length >= counts.consensus,
    "object store node":
      objectStore?.status === "healthy" && well("object-store").length >= counts.objectStore,
  };
}
