/** How often long work reports that it is still running, in milliseconds. */
const heartbeatMs = 15_000;

/** Reports set-up's progress on standard error; standard output belongs to the command. */
export class Progress {
  private readonly doing = new Map<string, { what: string; sinceMs: number }>();
  private heartbeat: NodeJS.Timeout | undefined;

  say(sentence: string): void {
    console.error(`set-up: ${sentence}`);
  }

  /** A part starts on something, as in "building from Go modules". */
  start(part: string, what: string): void {
    const sinceMs = this.doing.get(part)?.sinceMs ?? Date.now();
    this.doing.set(part, { what, sinceMs });
    this.say(`${part}: ${what}`);
    this.heartbeat ??= setInterval(() => this.beat(), heartbeatMs).unref();
  }

  /** A part is there; `how` is as in "built 2.5.0". */
  end(part: string, how: string): void {
    this.say(`${part}: ${how} (${this.seconds(part)} s)`);
    this.doing.delete(part);
  }

  private beat(): void {
    const parts = [...this.doing.keys()].map((part) => `${part} (${this.seconds(part)} s)`);
    if (parts.length > 0) this.say(`still running: ${parts.join(", ")}`);
  }

  private seconds(part: string): number {
    return Math.round((Date.now() - (this.doing.get(part)?.sinceMs ?? Date.now())) / 1000);
  }
}
