import { lastSeconds, rememberSeconds } from "./last-time.ts";

/** How often long work says how far it is, in milliseconds: in lines that stay, and in the one that a terminal repaints. */
const heartbeatMs = { lines: 15_000, terminal: 1_000 };

interface Work {
  what: string;
  sinceMs: number;
  /** How long it should take, in seconds, as far as that is known. */
  expected: number | undefined;
  /** As in "412 of 1739 packages". */
  reached: string | undefined;
}

/** Where progress goes: standard error, since standard output belongs to the command. */
export interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Says what set-up does, how far it is, and how long that took the last time. */
export class Progress {
  private readonly doing = new Map<string, Work>();
  private readonly output: Output;
  private heartbeat: NodeJS.Timeout | undefined;
  private sinceMs = Date.now();

  constructor(output: Output = process.stderr) {
    this.output = output;
  }

  say(sentence: string): void {
    this.clear();
    console.error(`set-up: ${sentence}`);
    this.paint();
  }

  /**
   * Set-up begins.
   * @param parts The names of what is missing.
   * @param expected How long getting all of them should take, in seconds, where they were never got before.
   */
  begin(parts: string[], expected: number | undefined): void {
    this.sinceMs = Date.now();
    const missing = parts.length === 1 ? parts[0] : `${parts.length} parts`;
    this.say(`missing: ${missing}${duration(lastSeconds(parts.join(", ")), expected)}`);
  }

  /** Set-up is done with them. */
  finish(parts: string[]): void {
    this.stop();
    const seconds = this.secondsSince(this.sinceMs);
    rememberSeconds(parts.join(", "), seconds);
    if (parts.length > 1) this.say(`done in ${readable(seconds)}`);
  }

  /** Ends the heartbeat, also where set-up failed. */
  stop(): void {
    clearInterval(this.heartbeat);
    this.clear();
    this.heartbeat = undefined;
  }

  /**
   * A part starts on something, as in "building from Go modules".
   * @param usual How long that usually takes, in seconds.
   */
  start(part: string, what: string, usual?: number): void {
    const sinceMs = this.doing.get(part)?.sinceMs ?? Date.now();
    const last = lastSeconds(`${part}: ${what}`);
    this.doing.set(part, { what, sinceMs, expected: last ?? usual, reached: undefined });
    this.say(`${part}: ${what}${duration(last, usual)}`);
    const everyMs = this.output.isTTY ? heartbeatMs.terminal : heartbeatMs.lines;
    this.heartbeat ??= setInterval(() => this.beat(), everyMs).unref();
  }

  /** How far a part is, as in "412 of 1739 packages". */
  reach(part: string, reached: string): void {
    const work = this.doing.get(part);
    if (work) work.reached = reached;
  }

  /** A part is there; `how` is as in "built 2.5.0". */
  end(part: string, how: string): void {
    const work = this.doing.get(part);
    const seconds = this.secondsSince(work?.sinceMs ?? Date.now());
    if (work) rememberSeconds(`${part}: ${work.what}`, seconds);
    this.doing.delete(part);
    this.say(`${part}: ${how} (${readable(seconds)})`);
  }

  private beat(): void {
    if (this.output.isTTY) this.paint();
    else if (this.doing.size > 0) this.say(this.state());
  }

  /** As in "2 min 10 s; Pulumi: 412 of 1739 packages, 95 s of about 3 min". */
  private state(): string {
    const parts = [...this.doing].map(([part, { sinceMs, expected, reached }]) => {
      const seconds = readable(this.secondsSince(sinceMs));
      const time = expected === undefined ? seconds : `${seconds} of about ${readable(expected)}`;
      return `${part}: ${[reached, time].filter(Boolean).join(", ")}`;
    });
    return [readable(this.secondsSince(this.sinceMs)), ...parts].join("; ");
  }

  /** Repaints the terminal's last line. */
  private paint(): void {
    if (!this.output.isTTY || this.doing.size === 0 || !this.heartbeat) return;
    const line = `set-up: ${this.state()}`;
    this.output.write(`\r\u001b[K${line.slice(0, (this.output.columns ?? 80) - 1)}`);
  }

  private clear(): void {
    if (this.output.isTTY && this.heartbeat) this.output.write("\r\u001b[K");
  }

  private secondsSince(ms: number): number {
    return Math.round((Date.now() - ms) / 1000);
  }
}

function duration(last: number | undefined, usual: number | undefined): string {
  if (last !== undefined) return `, ${readable(last)} last time`;
  return usual === undefined ? "" : `, about ${readable(usual)}`;
}

/** As in "45 s", "3 min", "9 min 20 s". */
function readable(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest > 0 ? ` ${rest} s` : ""}`;
}
