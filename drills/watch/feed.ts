import type { Action } from "../../running-stack/journal.ts";
import { type Attempt, failed, type Ledger } from "../load/ledger.ts";
import { isWrite } from "../measure.ts";
import type { ContainerEvent } from "../observe/container-events.ts";
import type { AcknowledgedWrite, PatroniSample } from "../observe/database-node.ts";
import type { DatabaseRole, DrillEvent, Settled } from "./events.ts";

/** What a drill measures, and goes on measuring while it is read here. */
export interface Measured {
  ledger: Ledger;
  journal: { actions: Action[] };
  databaseNodes: {
    part: { name: string };
    latest: PatroniSample | undefined;
    writes: AcknowledgedWrite[];
  }[];
  containers: { events: ContainerEvent[] };
  /** The name of a container's part, as in `app-1`; undefined for one that is none. */
  partOf: (container: string) => string | undefined;
}

/** What a database node has said counts for this long. */
const freshMs = 3_000;

/** Tells what is new in what a drill has measured. It measures nothing itself. */
export class Feed {
  private readonly measured: Measured;
  private readonly read = { operations: 0, actions: 0, containers: 0 };
  private readonly attemptsRead = new WeakMap<Attempt[], number>();
  private readonly databaseRead = new Map<string, string>();
  private readonly writesRead = new Map<string, number>();
  /** When a part's container last ended: what it had said before counts no more. */
  private readonly endedAtMs = new Map<string, number>();
  private timeline = 0;
  private lastWaiting = 0;

  constructor(measured: Measured) {
    this.measured = measured;
  }

  /** What happened since it was asked last, in the order of its moments. */
  news(nowMs: number): DrillEvent[] {
    const events = [
      ...this.actions(),
      ...this.containers(),
      ...this.databases(nowMs),
      ...this.primaries(),
      ...this.requests(nowMs),
    ];
    return events.toSorted((a, b) => a.atMs - b.atMs);
  }

  private actions(): DrillEvent[] {
    const { actions } = this.measured.journal;
    const fresh = actions.slice(this.read.actions);
    this.read.actions = actions.length;
    return fresh.map(({ atMs, kind, what }) => ({ kind: "action", atMs, action: kind, what }));
  }

  private containers(): DrillEvent[] {
    const { containers, partOf } = this.measured;
    const fresh = containers.events.slice(this.read.containers);
    this.read.containers = containers.events.length;
    return fresh.flatMap(({ atMs, container, action }) => {
      const part = partOf(container);
      if (part !== undefined && action === "die") this.endedAtMs.set(part, atMs);
      return part === undefined ? [] : [{ kind: "container" as const, atMs, part, action }];
    });
  }

  private databases(nowMs: number): DrillEvent[] {
    return this.measured.databaseNodes.flatMap(({ part, latest }) => {
      const sinceMs = Math.max(nowMs - freshMs, this.endedAtMs.get(part.name) ?? Number.NEGATIVE_INFINITY);
      const isFresh = latest !== undefined && latest.atMs > sinceMs;
      const role = isFresh ? roleOf(latest) : "silent";
      const streams = isFresh && latest.streamsFromPrimary;
      const said = `${role} ${streams}`;
      if (this.databaseRead.get(part.name) === said) return [];
      this.databaseRead.set(part.name, said);
      const atMs = isFresh ? latest.atMs : nowMs;
      return [{ kind: "database" as const, atMs, part: part.name, role, streams }];
    });
  }

  /** A write on a newer timeline than any before: by that the verdict knows a new primary, too. */
  private primaries(): DrillEvent[] {
    const fresh = this.measured.databaseNodes.flatMap(({ part, writes }) => {
      const news = writes.slice(this.writesRead.get(part.name) ?? 0);
      this.writesRead.set(part.name, writes.length);
      return news.map((write) => ({ ...write, part: part.name }));
    });
    return fresh
      .toSorted((a, b) => a.endedMs - b.endedMs)
      .flatMap(({ part, timeline, endedMs }) => {
        if (timeline <= this.timeline) return [];
        const isFirst = this.timeline === 0;
        this.timeline = timeline;
        return isFirst ? [] : [{ kind: "new primary" as const, atMs: endedMs, part }];
      });
  }

  private requests(atMs: number): DrillEvent[] {
    const { operations, underWay } = this.measured.ledger;
    const ended = operations.slice(this.read.operations);
    this.read.operations = operations.length;
    const settled = ended.map((operation): Settled => {
      const { startedAtMs, endedAtMs, outcome } = operation;
      return [endedAtMs, endedAtMs - startedAtMs, isWrite(operation) ? "write" : "read", outcome];
    });
    const lists = [...ended, ...underWay].map(({ attempts }) => attempts);
    const failures = lists.flatMap((attempts) => this.newFailures(attempts));
    const waiting = [...underWay].map((operation): [number, "write" | "read"] => [
      operation.startedAtMs,
      isWrite(operation) ? "write" : "read",
    ]);
    const isNews = settled.length + failures.length + waiting.length + this.lastWaiting > 0;
    this.lastWaiting = waiting.length;
    return isNews ? [{ kind: "requests", atMs, settled, failed: failures, waiting }] : [];
  }

  private newFailures(attempts: Attempt[]): [number, number][] {
    const fresh = attempts.slice(this.attemptsRead.get(attempts) ?? 0);
    this.attemptsRead.set(attempts, attempts.length);
    return fresh.filter(failed).map(({ startedAtMs, endedAtMs }) => [endedAtMs, endedAtMs - startedAtMs]);
  }
}

/** Patroni has more roles than a picture needs; a node that does not run has none. */
function roleOf({ role, state }: PatroniSample): DatabaseRole {
  if (state !== "running") return "silent";
  if (role === "primary") return "primary";
  return role === "unknown" ? "silent" : "replica";
}
