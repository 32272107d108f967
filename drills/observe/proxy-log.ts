import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Part } from "../../running-stack/part.ts";

export interface ServerDown {
  atMs: number;
  proxy: string;
  /** As in `app/app-1`. */
  server: string;
  reason: string;
}

/** Follows what a proxy logs about the servers behind it. */
export class ProxyLog {
  readonly downs: ServerDown[] = [];
  private readonly part: Part;
  private stopped = false;
  private stream: Readable | undefined;
  private seenMs = Date.now();

  constructor(part: Part) {
    this.part = part;
    void this.watch();
  }

  stop(): void {
    this.stopped = true;
    this.stream?.destroy();
  }

  private async watch(): Promise<void> {
    while (!this.stopped) {
      await this.follow().catch(() => {});
      if (!this.stopped) await sleep(300, undefined, { ref: false });
    }
  }

  private async follow(): Promise<void> {
    const { container } = this.part;
    const since = Math.floor(this.seenMs / 1000);
    const options = { follow: true, stdout: true, stderr: true, timestamps: true, since } as const;
    const stream = (await container.logs(options)) as Readable;
    this.stream = stream;
    const lines = new PassThrough();
    container.modem.demuxStream(stream, lines, lines);
    stream.on("end", () => lines.end()).on("close", () => lines.end());
    for await (const line of createInterface({ input: lines })) this.take(line);
  }

  /** As in `2026-01-01T00:00:00.000000000Z Server app/app-1 is DOWN, reason: Layer4 timeout, …`. */
  private take(line: string): void {
    const [, moment = "", server, reason = ""] =
      /^(\S+) Server (\S+) is DOWN, reason: ([^,]+)/.exec(line) ?? [];
    const atMs = Date.parse(moment);
    if (server === undefined || Number.isNaN(atMs) || atMs < this.seenMs) return;
    this.seenMs = atMs;
    this.downs.push({ atMs, proxy: this.part.name, server, reason });
  }
}
