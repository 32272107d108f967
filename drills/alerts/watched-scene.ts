import { setTimeout as sleep } from "node:timers/promises";
import { Scene } from "../drill.ts";
import type { AlertWatch } from "./alert-watch.ts";
import type { ExpectedAlert } from "./expected-alerts.ts";

/** A scene in which a fault lasts at least until its alert fires or is overdue. */
export class WatchedScene extends Scene {
  private readonly watch: AlertWatch;
  private readonly expected: ExpectedAlert;

  constructor(scene: Scene, watch: AlertWatch, expected: ExpectedAlert) {
    super(scene.stack, scene.observation, scene.ledger);
    this.watch = watch;
    this.expected = expected;
  }

  override async seconds(count: number): Promise<void> {
    await Promise.all([
      sleep(count * 1_000),
      this.watch.until(() => this.watch.saw(this.expected.alert), this.expected.withinMs),
    ]);
  }
}
