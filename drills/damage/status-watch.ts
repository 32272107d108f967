import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "./command.ts";

/** What `npm run status -- --json` says of the moment, as far as it is used here. */
interface Status {
  failures: string[];
  missing: string[];
}

const pauseMs = 500;

/** Asks status again and again, as somebody who watches it would. */
export class StatusWatch {
  /** When it first named something, and what; undefined while it has named nothing. */
  first: { atMs: number; sentence: string } | undefined;
  /** What it named at the last look; undefined before the first one. */
  latest: string[] | undefined;
  private looks = 0;
  private readonly stack: string;
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(stack: string) {
    this.stack = stack;
    this.done = this.watch();
  }

  /** @returns Whether it named something in time. */
  untilNoticed(timeoutMs: number): Promise<boolean> {
    return this.until(() => this.first !== undefined, timeoutMs);
  }

  /** Waits for two looks in a row, both from now on, that name nothing. @returns When the first of them ended. */
  async untilHealthy(timeoutMs: number): Promise<number | undefined> {
    let clearSince: { look: number; atMs: number } | undefined;
    const asked = this.looks;
    const healthy = await this.until(() => {
      if (this.looks <= asked + 1) return false;
      if (this.latest?.length !== 0) clearSince = undefined;
      else clearSince ??= { look: this.looks, atMs: Date.now() };
      return clearSince !== undefined && this.looks > clearSince.look;
    }, timeoutMs);
    return healthy ? clearSince?.atMs : undefined;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  private async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    const endsAtMs = Date.now() + timeoutMs;
    while (!condition()) {
      if (Date.now() > endsAtMs) return false;
      await sleep(100);
    }
    return true;
  }

  private async watch(): Promise<void> {
    while (!this.stopped) {
      const { standardOutput } = await runCommand(this.stack, ["status", "--json"]);
      const sentences = read(standardOutput);
      if (sentences && !this.stopped) {
        this.latest = sentences;
        this.looks++;
        const [sentence] = sentences;
        if (sentence !== undefined) this.first ??= { atMs: Date.now(), sentence };
      }
      await sleep(pauseMs);
    }
  }
}

/** Alerts go on firing for a while after their cause is gone, and the last verification may be from before. */
const aboutThePast = /^(the alert \w+ is firing|the last restore verification failed)$/;

function read(text: string): string[] | undefined {
  try {
    const { failures, missing } = JSON.parse(text) as Status;
    return [...failures, ...missing].filter((sentence) => !aboutThePast.test(sentence));
  } catch {
    return undefined;
  }
}
