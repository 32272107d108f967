import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Part } from "../../running-stack/part.ts";

/** What Patroni reports about its node. */
export interface PatroniSample {
  kind: "patroni";
  atMs: number;
  state: string;
  role: string;
  timeline: number | null;
  streamsFromPrimary: boolean;
  /** Synchronous standbys: a commit on this node waits for one of them. */
  synchronousStandbys: number;
}

/** A commit that the node acknowledged. */
export interface AcknowledgedWrite {
  kind: "write";
  beganMs: number;
  endedMs: number;
  timeline: number;
}

/** Sessions that the application has on the node. */
export interface ConnectionsSample {
  kind: "connections";
  atMs: number;
  count: number;
}

const script = readFileSync(new URL("./database-node.py", import.meta.url), "utf8");

/** Samples one database node from inside its container, whenever that runs. */
export class DatabaseNodeObserver {
  readonly part: Part;
  readonly writes: AcknowledgedWrite[] = [];
  readonly connections: ConnectionsSample[] = [];
  /** The newest sample; earlier ones are not needed. */
  latest: PatroniSample | undefined;
  /** Samples in which its role had changed. */
  readonly roleChanges: PatroniSample[] = [];
  private stopped = false;
  private close: () => void = () => {};
  private readonly done: Promise<void>;

  constructor(part: Part) {
    this.part = part;
    this.done = this.watch();
  }

  /** The latest sample, if it is at most 3 s old. */
  get fresh(): PatroniSample | undefined {
    return this.latest && Date.now() - this.latest.atMs < 3_000 ? this.latest : undefined;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.close();
    await Promise.race([this.done, sleep(2_000, undefined, { ref: false })]);
  }

  private async watch(): Promise<void> {
    while (!this.stopped) {
      // Whether the container is gone, paused or dying: there is nothing to see until it runs again.
      await this.follow().catch(() => {});
      if (!this.stopped) await sleep(200);
    }
  }

  private async follow(): Promise<void> {
    const { output, errors, close } = await this.part.execute(["python3", "-u", "-c", script]);
    this.close = close;
    errors.resume();
    if (this.stopped) close();
    for await (const line of createInterface({ input: output })) this.take(JSON.parse(line));
  }

  private take(line: PatroniSample | AcknowledgedWrite | ConnectionsSample): void {
    if (line.kind === "write") this.writes.push(line);
    else if (line.kind === "connections") this.connections.push(line);
    else {
      if (line.role !== this.latest?.role && line.role !== "unknown") this.roleChanges.push(line);
      this.latest = line;
    }
  }
}
