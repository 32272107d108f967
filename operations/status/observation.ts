import type { Role } from "../../infra/topology.ts";
import type { FiringAlert } from "../../running-stack/alerts.ts";

/** A container of the stack, as the engine sees it. */
export interface PartObservation {
  /** As in `app-1`. */
  name: string;
  role: Role;
  node: number;
  containerName: string;
  /** `running`, `paused`, `exited` and so on. */
  state: string;
  unhealthy: boolean;
  /** On 127.0.0.1, by the port in the container. */
  publishedPorts: Record<number, number>;
}

/** All that is seen of a stack at one moment. What could not be asked is undefined. */
export interface StackObservation {
  stack: string;
  atMs: number;
  parts: PartObservation[];
  traffic: TrafficObservation;
  database: DatabaseObservation;
  /** Names of the members that see a quorum. */
  consensus: string[];
  objectStore: ObjectStoreObservation | undefined;
  alerts: FiringAlert[] | undefined;
  backup: BackupObservation | undefined;
}

export interface TrafficObservation {
  /** Where clients go; undefined when it is published nowhere. */
  url: string | undefined;
  /** Whether a client gets an answer there. */
  answers: boolean;
  /** What a proxy thinks of the nodes behind it; undefined when no proxy answered. */
  servers: { backend: string; server: string; up: boolean }[] | undefined;
}

export interface DatabaseMember {
  name: string;
  role: "primary" | "synchronous standby" | "replica" | "unknown";
  /** Patroni's word: `running` for a primary that is well, `streaming` for a replica; `silent` for no answer. */
  state: string;
  timeline: number | undefined;
  /** Bytes of the log that it has not received; undefined where that is not known, and for the primary. */
  lagBytes: number | undefined;
}

export interface DatabaseObservation {
  members: DatabaseMember[];
  /** Undefined while nobody ever took over. */
  lastFailover: { at: string; timeline: number; newPrimary: string } | undefined;
}

export interface ObjectStoreObservation {
  /** Garage's own word: `healthy`, `degraded` or `unavailable`. */
  status: string;
  nodes: number;
  nodesUp: number;
}

/** Moments are seconds since 1970; undefined where it never happened. */
export interface BackupObservation {
  fullAt: number | undefined;
  incrementalAt: number | undefined;
  uploadsAt: number | undefined;
  restoreVerifiedAt: number | undefined;
  /** How the last try to restore went; undefined before the first. */
  restoreOk: boolean | undefined;
}
