import type { DatabaseRole, DrillEvent, Phase, Settled, Verdict, WatchedPart } from "./events.ts";

/** How a part is, as far as was seen. */
export type Condition = "up" | "down" | "starting" | "unhealthy";

export interface PartState extends WatchedPart {
  condition: Condition;
  /** What was done to it and is not over, as in "paused". */
  fault: string | undefined;
  /** Of a database node. */
  database: { role: DatabaseRole; streams: boolean } | undefined;
}

/** A time in which a database node was the same; without an end it still is. */
export interface Stretch {
  fromMs: number;
  toMs: number | undefined;
  as: DatabaseRole | "down";
}

/** Something that a person wants to have seen. */
export interface Moment {
  atMs: number;
  kind: "inject" | "clear" | "seen" | "primary" | "redundant";
  text: string;
}

/** A drill as it is now, from what was told of it so far. */
export class DrillState {
  name = "";
  description = "";
  stack = "";
  clients = 0;
  writeLimitMs: number | null = null;
  startedAtMs = 0;
  /** The newest moment that anything was told of. */
  nowMs = 0;
  /** When clients began. */
  loadAtMs: number | undefined;
  /** When the first fault was injected. */
  faultAtMs: number | undefined;
  phase: Phase = "waiting";
  readonly parts = new Map<string, PartState>();
  readonly lanes = new Map<string, Stretch[]>();
  readonly settled: Settled[] = [];
  readonly failed: [endedAtMs: number, tookMs: number][] = [];
  waiting: [startedAtMs: number, kind: "write" | "read"][] = [];
  readonly writes = { acknowledged: 0, unknown: 0, refused: 0 };
  readonly moments: Moment[] = [];
  missing: string[] = [];
  redundantAtMs: number | undefined;
  newPrimary: { atMs: number; part: string } | undefined;
  verdict: Verdict | undefined;
  abandoned: string | undefined;

  /** @returns What is new for a person; undefined where nothing is. */
  take(event: DrillEvent): Moment | undefined {
    this.nowMs = Math.max(this.nowMs, event.atMs);
    const moment = this.apply(event);
    if (moment) this.moments.push(moment);
    return moment;
  }

  get ended(): boolean {
    return this.verdict !== undefined || this.abandoned !== undefined;
  }

  /** The only node that says it is primary and runs; undefined where there is not one. */
  get primary(): PartState | undefined {
    const primaries = [...this.parts.values()].filter(
      ({ database, condition }) => database?.role === "primary" && condition !== "down",
    );
    return primaries.length === 1 ? primaries[0] : undefined;
  }

  /** Writes that were sent: those that ended and those under way. */
  get writesSent(): number {
    const { acknowledged, unknown, refused } = this.writes;
    return acknowledged + unknown + refused + this.waiting.filter(([, kind]) => kind === "write").length;
  }

  private apply(event: DrillEvent): Moment | undefined {
    const { atMs } = event;
    switch (event.kind) {
      case "drill": {
        this.startedAtMs = atMs;
        const { name, description, stack, clients, writeLimitMs } = event;
        Object.assign(this, { name, description, stack, clients, writeLimitMs });
        for (const part of event.parts) {
          this.parts.set(part.name, { ...part, condition: "up", fault: undefined, database: undefined });
        }
        return undefined;
      }
      case "phase":
        this.phase = event.phase;
        if (event.phase === "load") this.loadAtMs = atMs;
        return undefined;
      case "requests":
        this.settled.push(...event.settled);
        this.failed.push(...event.failed);
        this.waiting = event.waiting;
        for (const [, , kind, outcome] of event.settled) if (kind === "write") this.writes[outcome]++;
        return undefined;
      case "action":
        return this.act(event);
      case "container":
        return this.changeContainer(event);
      case "database":
        return this.changeRole(event);
      case "new primary":
        this.newPrimary = { atMs, part: event.part };
        return { atMs, kind: "primary", text: `${event.part} is primary and has acknowledged a write` };
      case "missing":
        this.missing = event.missing;
        return undefined;
      case "redundant":
        return this.recover(atMs);
      case "verdict":
        this.verdict = event.verdict;
        this.waiting = [];
        return undefined;
      case "abandoned":
        this.abandoned = event.reason;
        return undefined;
    }
  }

  private act({ atMs, action, what }: Extract<DrillEvent, { kind: "action" }>): Moment {
    if (action === "inject") this.faultAtMs ??= atMs;
    const [name = "", ...words] = what.split(": ");
    const part = this.parts.get(name);
    if (part) part.fault = action === "inject" ? words.join(": ") : undefined;
    if (action === "inject") this.redundantAtMs = undefined;
    return { atMs, kind: action, text: what };
  }

  private changeContainer({ atMs, part: name, action }: Extract<DrillEvent, { kind: "container" }>) {
    const part = this.parts.get(name);
    const condition = conditions[action];
    if (!part || condition === undefined || part.condition === condition) return undefined;
    // A container that only then became healthy was not seen to start: nothing that a person has to know.
    const wasDown = part.condition === "down" || part.condition === "starting";
    part.condition = condition;
    if (condition === "up" && wasDown) part.fault = undefined;
    if (part.database) this.stretch(name, atMs, condition === "down" ? "down" : part.database.role);
    return { atMs, kind: "seen" as const, text: `${name} ${conditionTexts[condition]}` };
  }

  private changeRole({ atMs, part: name, role, streams }: Extract<DrillEvent, { kind: "database" }>) {
    const part = this.parts.get(name);
    if (!part) return undefined;
    const before = part.database?.role;
    part.database = { role, streams };
    // What speaks runs, whatever was seen of its container.
    if (role !== "silent" && part.condition === "down") part.condition = "starting";
    if (part.condition !== "down") this.stretch(name, atMs, role);
    if (before === undefined || before === role || part.condition === "down") return undefined;
    const text = role === "silent" ? `${name} says nothing` : `${name} says that it is ${role}`;
    return { atMs, kind: "seen" as const, text };
  }

  private recover(atMs: number): Moment | undefined {
    for (const part of this.parts.values()) Object.assign(part, { condition: "up", fault: undefined });
    this.missing = [];
    if (this.faultAtMs === undefined || this.redundantAtMs !== undefined) return undefined;
    this.redundantAtMs = atMs;
    return { atMs, kind: "redundant", text: "everything is fully redundant again" };
  }

  private stretch(name: string, atMs: number, as: Stretch["as"]): void {
    const lane = this.lanes.get(name) ?? [];
    this.lanes.set(name, lane);
    const last = lane.at(-1);
    if (last?.as === as) return;
    if (last) last.toMs = atMs;
    lane.push({ fromMs: atMs, toMs: undefined, as });
  }
}

/** What Docker says of a container, and how it is then. */
const conditions: Record<string, Condition> = {
  die: "down",
  start: "starting",
  "health_status: healthy": "up",
  "health_status: unhealthy": "unhealthy",
};

const conditionTexts: Record<Condition, string> = {
  down: "has ended",
  starting: "was started",
  up: "is healthy",
  unhealthy: "is unhealthy",
};
