import { setTimeout as sleep } from "node:timers/promises";
import { firingAlerts } from "../../running-stack/alerts.ts";
import { until } from "../until.ts";

/** When an alert was first and last seen at Alertmanager; milliseconds since 1970. */
export interface SeenAlert {
  firstMs: number;
  lastMs: number;
  /** When it was first seen to have cleared; undefined while it fires. */
  clearedMs: number | undefined;
}

const pauseMs = 250;

/** Polls Alertmanager four times a second: what it has is what people are told. */
export class AlertWatch {
  readonly seen = new Map<string, SeenAlert>();
  private readonly alertsUrl: string;
  private polled = false;
  private stopped = false;
  private readonly done: Promise<void>;

  /** @param alertsUrl Without a trailing slash. */
  constructor(alertsUrl: string) {
    this.alertsUrl = alertsUrl;
    this.done = this.watch();
  }

  /** Whether Alertmanager has answered, and nothing fires. */
  get quiet(): boolean {
    return this.polled && [...this.seen.values()].every(({ clearedMs }) => clearedMs !== undefined);
  }

  saw(alert: string | null): boolean {
    return alert !== null && this.seen.has(alert);
  }

  fires(alert: string | null): boolean {
    const seen = this.seen.get(alert ?? "");
    return seen !== undefined && seen.clearedMs === undefined;
  }

  /** @returns Whether it was so in time. */
  until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    return until(condition, timeoutMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  private async watch(): Promise<void> {
    while (!this.stopped) {
      const alerts = await firingAlerts(this.alertsUrl);
      if (alerts) this.update(new Set(alerts.map(({ name }) => name)), Date.now());
      await sleep(pauseMs);
    }
  }

  private update(firing: Set<string>, nowMs: number): void {
    this.polled = true;
    for (const name of firing) {
      const seen = this.seen.get(name);
      this.seen.set(name, { firstMs: seen?.firstMs ?? nowMs, lastMs: nowMs, clearedMs: undefined });
    }
    for (const [name, seen] of this.seen) {
      if (!firing.has(name) && seen.clearedMs === undefined) seen.clearedMs = nowMs;
    }
  }
}
