import { setTimeout as sleep } from "node:timers/promises";
import { evaluate } from "../../operations/status/evaluate.ts";
import { probeStack } from "../../operations/status/probe-stack.ts";
import { aboutTheDeployment } from "../../operations/status/settle.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import { until } from "../until.ts";
import type { Observation } from "./observation.ts";

const pauseMs = 1_000;

/** Asks status again and again, as somebody who watches it would. */
export class StatusWatch {
  /** When it first named something, and what; undefined while it has named nothing. */
  first: { atMs: number; sentence: string } | undefined;
  /** What it named at the last look; undefined before the first one. */
  latest: string[] | undefined;
  /** When it first named each thing, in this order. */
  readonly named = new Map<string, number>();
  private looks = 0;
  private readonly stack: RunningStack;
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(stack: RunningStack) {
    this.stack = stack;
    this.done = this.watch();
  }

  /** Waits for the first look. */
  untilLooked(timeoutMs: number): Promise<boolean> {
    return until(() => this.looks > 0, timeoutMs);
  }

  /** @returns Whether it named something in time. */
  untilNoticed(timeoutMs: number): Promise<boolean> {
    return until(() => this.first !== undefined, timeoutMs);
  }

  /** Waits for two looks in a row, both from now on, that name nothing. @returns When the first of them ended. */
  async untilHealthy(timeoutMs: number): Promise<number | undefined> {
    let clearSince: { look: number; atMs: number } | undefined;
    const asked = this.looks;
    const healthy = await until(() => {
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

  private async watch(): Promise<void> {
    while (!this.stopped) {
      // A look that the engine refuses says nothing.
      const observation = await probeStack(this.stack.engine, this.stack.name).catch(() => undefined);
      if (observation && !this.stopped) {
        const { failures, missing } = evaluate(aboutTheDeployment(observation));
        this.latest = [...failures, ...missing];
        this.looks++;
        const [sentence] = this.latest;
        if (sentence !== undefined) this.first ??= { atMs: Date.now(), sentence };
        for (const one of this.latest) if (!this.named.has(one)) this.named.set(one, Date.now());
      }
      await sleep(pauseMs);
    }
  }
}

/** Does the work while status is watched; what it names first that it had not named before is part of the observation. */
export async function whileWatched(
  { stack, observation }: { stack: RunningStack; observation: Observation },
  work: () => Promise<void>,
): Promise<void> {
  const watch = new StatusWatch(stack);
  await watch.untilLooked(20_000);
  const sinceMs = Date.now();
  try {
    await work();
  } finally {
    await watch.stop();
    const [first] = [...watch.named].filter(([, atMs]) => atMs >= sinceMs);
    if (first) observation.told.push({ atMs: first[1], what: `status: ${first[0]}` });
  }
}
