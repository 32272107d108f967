import { Problem } from "./problem.ts";

/** Limits how many run at a time and how many wait, so that memory stays bounded. */
export class Turns {
  private readonly atOnce: number;
  private readonly mostWaiting: number;
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(atOnce: number, mostWaiting: number) {
    this.atOnce = atOnce;
    this.mostWaiting = mostWaiting;
  }

  /** @throws Problem 503 when too many wait already; else what the work throws. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      // The turn is handed over, not released, so nobody can slip in between.
      const next = this.queue.shift();
      if (next) next();
      else this.running--;
    }
  }

  private async enter(): Promise<void> {
    if (this.running < this.atOnce) {
      this.running++;
      return;
    }
    if (this.queue.length >= this.mostWaiting) {
      throw new Problem(503, "overloaded", "This node is busy.", { retryAfterSeconds: 2 });
    }
    await new Promise<void>((resolve) => this.queue.push(resolve));
  }
}
