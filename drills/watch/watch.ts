import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { dataDirectory } from "../../infra/directories.mjs";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Drill } from "../drill.ts";
import type { Load } from "../load/load.ts";
import type { Observation } from "../observe/observation.ts";
import type { Phase, Told, Verdict } from "./events.ts";
import { Feed } from "./feed.ts";
import { PageDocument } from "./page-document.ts";
import { WatchServer } from "./server.ts";

/** How often what is new is read: it is what a person sees as at once. */
const intervalMs = 100;

export interface WatchedDrill {
  stack: RunningStack;
  name: string;
  drill: Drill;
  clients: number;
  observation: Observation;
  load: Load;
}

/** The live page of drills: one address for all that run one after the other. */
export class Watch {
  private readonly page: PageDocument;
  private readonly server: WatchServer;
  private feed: Feed | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lastMissing = "";
  private name = "";

  private constructor(page: PageDocument, server: WatchServer) {
    this.page = page;
    this.server = server;
  }

  static async start(): Promise<Watch> {
    const page = await PageDocument.build();
    return new Watch(page, await WatchServer.start(page.html()));
  }

  get address(): string {
    return this.server.address;
  }

  /** From here on what the drill measures is shown. */
  begin({ stack, name, drill, clients, observation, load }: WatchedDrill): void {
    const { databaseNodes, containers } = observation;
    const parts = stack.parts();
    const names = new Map(parts.map((part) => [part.containerName, part.name]));
    const { ledger } = load;
    const partOf = (container: string) => names.get(container);
    this.feed = new Feed({ ledger, journal: stack.journal, databaseNodes, containers, partOf });
    this.lastMissing = "";
    this.name = name;
    this.server.begin();
    this.tell({
      kind: "drill",
      name,
      description: drill.description,
      stack: stack.name,
      parts: parts.map(({ name, state }) => ({ name, role: state.role })),
      clients,
      writeLimitMs: drill.expected.writesPauseMs ?? null,
    });
    this.timer = setInterval(() => this.read(), intervalMs);
  }

  enter(phase: Phase): void {
    this.tell({ kind: "phase", phase });
  }

  /** @param missing What keeps the stack from being fully redundant, as it was just looked at. */
  missing(missing: string[]): void {
    const said = missing.join("; ");
    if (said === this.lastMissing) return;
    this.lastMissing = said;
    this.tell({ kind: "missing", missing });
  }

  redundant(atMs: number): void {
    this.read();
    this.tell({ kind: "redundant" }, atMs);
  }

  /**
   * Shows how the drill ended, and keeps the page as a file that needs no server.
   * @returns The file.
   */
  conclude(stack: string, verdict: Verdict): string {
    this.tell({ kind: "verdict", verdict });
    const file = dataDirectory("drills", stack, `${this.name}.html`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, this.page.html(this.server.told));
    return file;
  }

  /** Nothing more is read; what was told stays. @param reason Why there will be no verdict. */
  stop(reason?: string): void {
    clearInterval(this.timer);
    this.read();
    this.feed = undefined;
    if (reason !== undefined) this.tell({ kind: "abandoned", reason });
  }

  async end(): Promise<void> {
    await this.server.end();
  }

  private read(): void {
    this.server.tell(this.feed?.news(Date.now()) ?? []);
  }

  private tell(told: Told, atMs = Date.now()): void {
    this.server.tell([{ atMs, ...told }]);
  }
}
