import { setTimeout as sleep } from "node:timers/promises";
import type { Drill } from "../drill.ts";
import { Scene } from "../drill.ts";
import type { Random } from "../random.ts";

/** Thrown into a drill whose state is no longer needed: what it has left is cleared from outside. */
class Abandoned extends Error {}

/** No pause of a drill is waited for in full: what it waits for has happened by then, or never will. */
const longestPauseMs = 2_000;

/** A scene that is left at one of its pauses, its faults in place. */
class LeftScene extends Scene {
  private readonly pause: number;
  private readonly reached: () => void;
  private readonly abandoned: Promise<void>;
  private isAbandoned = false;
  private pauses = 0;

  constructor(scene: Scene, random: Random, pause: number, reached: () => void, abandoned: Promise<void>) {
    super(scene.stack, scene.observation, scene.ledger, random);
    this.pause = pause;
    this.reached = reached;
    this.abandoned = abandoned.then(() => {
      this.isAbandoned = true;
    });
  }

  override seconds(count: number): Promise<void> {
    return this.leaveOr(() => super.seconds(Math.min(count, longestPauseMs / 1_000)));
  }

  override untilFullyRedundant(timeoutMs: number): Promise<void> {
    return this.leaveOr(() => super.untilFullyRedundant(timeoutMs));
  }

  /** The stack gets on while it is waited for, so the state is what the drill waits in. */
  override async until(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
    if (++this.pauses === this.pause) this.reached();
    const outcome = await super.until(async () => this.isAbandoned || (await condition()), timeoutMs);
    if (this.isAbandoned) throw new Abandoned();
    return outcome;
  }

  private async leaveOr(wait: () => Promise<void>): Promise<void> {
    if (++this.pauses !== this.pause) return wait();
    this.reached();
    await this.abandoned;
    throw new Abandoned();
  }
}

/** A drill that was begun and is not finished. */
export interface LeftState {
  /** Why the drill did not get there, if so. */
  found: string | undefined;
  /** Ends the drill where it is; its faults stay. */
  abandon: () => Promise<void>;
}

/** How long a drill may take to the pause that it is left in. */
const reachTimeoutMs = 60_000;
const abandonTimeoutMs = 10_000;

/** Begins a drill and returns once it is at that pause, or at its end. */
export async function leave(drill: Drill, scene: Scene, random: Random, pause: number): Promise<LeftState> {
  const gate = Promise.withResolvers<void>();
  const arrival = Promise.withResolvers<void>();
  const left = new LeftScene(scene, random, pause, arrival.resolve, gate.promise);
  let found: string | undefined;
  const ended = drill.inject(left).catch((error: unknown) => {
    if (!(error instanceof Abandoned)) found = (error as Error).message;
  });
  await Promise.race([arrival.promise, ended, sleep(reachTimeoutMs, undefined, { ref: false })]);
  return {
    found,
    abandon: async () => {
      gate.resolve();
      // A program that it runs in a paused container ends only with the pause.
      await Promise.race([ended, sleep(abandonTimeoutMs, undefined, { ref: false })]);
    },
  };
}
