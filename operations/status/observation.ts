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
  /** Where an application node says whether it takes traffic: port and path, as in `8000/health`. */
  healthAt?: string;
  /** On 127.0.0.1, by the port in the container. */
  publishedPorts: Record<number, number>;
  /** The networks it is on. */
  networks: string[];
  /** Its IP addresses there. */
  addresses: string[];
}

/** What the probes found of a stack at one moment; undefined where a probe got no answer. */
export interface StackObservation {
  stack: string;
  atMs: number;
  machine: MachineObservation;
  /** Those that lie on a disk of their own, where that can be seen from here. */
  volumes: VolumeObservation[];
  /** Why a part could not be asked, by its name: that says nothing about the part. */
  notAsked: Record<string, string>;
  parts: PartObservation[];
  traffic: TrafficObservation;
  database: DatabaseObservation;
  /** Names of the members that see a quorum. */
  consensus: string[];
  objectStore: ObjectStoreObservation | undefined;
  alerts: FiringAlert[] | undefined;
  backup: BackupObservation | undefined;
  /** Asked only where it matters, since it takes seconds; undefined also when the engine did not answer. */
  space?: SpaceObservation | undefined;
}

/** What every part stands on. Undefined where it cannot be seen from here. */
export interface MachineObservation {
  /** Of the disk that has the engine's data. */
  diskFreeBytes: number | undefined;
  diskTotalBytes: number | undefined;
  /** Inodes free and in all on that disk; undefined on file systems that have no fixed number. */
  inodesFree: number | undefined;
  inodesTotal: number | undefined;
  memoryAvailableBytes: number | undefined;
}

/** The disk that a volume has for itself. */
export interface VolumeObservation {
  /** As the engine calls it. */
  name: string;
  freeBytes: number;
  totalBytes: number;
}

/** Who takes how much of the disk that has the engine's data. */
export interface SpaceObservation {
  /** Of this stack, the largest first, by their part, as in `database-1`. */
  volumes: { name: string; bytes: number }[];
  otherVolumesBytes: number;
  /** Volumes that no container has, by name; those of a stack together, by the stack's. */
  unused: { name: string; isStack: boolean; bytes: number }[];
  imageBytes: number;
  /** Of images that no container has, what no other image shares. */
  unusedImageBytes: number;
  buildCacheBytes: number;
  /** Of all containers; undefined where the files cannot be seen. */
  logBytes: number | undefined;
}

/** Whether clients are served, and by which nodes. */
export interface TrafficObservation {
  /** Where clients go; undefined when it is published nowhere. */
  url: string | undefined;
  /** Whether a client gets an answer there. */
  answers: boolean;
  /** A proxy's view of the nodes behind it; undefined when no proxy answered. */
  servers: { backend: string; server: string; up: boolean }[] | undefined;
  /** The application nodes that say themselves that they should get traffic. */
  readyNodes: string[];
}

/** A database node, by its own account and the primary's. */
export interface DatabaseMember {
  name: string;
  role: "primary" | "synchronous standby" | "replica" | "unknown";
  /** Patroni's word: `running` for a healthy primary, `streaming` for a replica; `silent` for no answer. */
  state: string;
  timeline: number | undefined;
  /** Bytes of the log that it has not received; undefined where unknown, and for the primary. */
  lagBytes: number | undefined;
  /** When its Patroni last reached consensus, in seconds since 1970; undefined where it did not say. */
  consensusSeenAt: number | undefined;
  /** Whether Postgres begins new sessions. */
  beginsSessions: boolean;
  /** Undefined where its watcher did not answer: then nobody knows whether its pages are sound. */
  watcher: WatcherObservation | undefined;
}

/** What the watcher of a database node knows about the node's disk. Times are seconds since 1970. */
export interface WatcherObservation {
  damagedBlocks: number;
  /** Whether it takes no writes until its disk has space. */
  refusesWrites: boolean;
  /** Whether something is wrong that stays so by itself. */
  cannotBeMended: boolean;
  /** When every page had last been checked; undefined before the first pass over this data. */
  pagesCheckedAt: number | undefined;
  /** When the node was last copied anew from the primary; undefined when never. */
  remadeAt: number | undefined;
}

export interface DatabaseObservation {
  members: DatabaseMember[];
  /** What consensus has recorded, as any node reads it there; undefined where no node can. */
  recorded: { leader: string | undefined; synchronousStandbys: string[]; paused: boolean } | undefined;
  /** Undefined before the first failover. */
  lastFailover: { at: string; timeline: number; newPrimary: string } | undefined;
}

export interface ObjectStoreObservation {
  /** Garage's own word: `healthy`, `degraded` or `unavailable`. */
  status: string;
  nodes: number;
  /** Undefined where only the state is known. */
  nodesUp: number | undefined;
}

/** Times are seconds since 1970; undefined where it never happened. */
export interface BackupObservation {
  fullAt: number | undefined;
  incrementalAt: number | undefined;
  uploadsAt: number | undefined;
  restoreVerifiedAt: number | undefined;
  /** Whether the last restore verification succeeded; undefined before the first. */
  restoreOk: boolean | undefined;
}
