import type { DeploymentProgress, PartProgress } from "./progress.ts";

/** Shows a person how far a deployment is. */
export interface Report {
  /** A part has begun or is there. */
  moved: (part: PartProgress) => void;
  say: (line: string) => void;
  /** Nothing more comes; `status` is Pulumi's. */
  end: (status: number) => Promise<void>;
}

/** How often long work says that it is still running, in milliseconds. */
const heartbeatMs = 15_000;

/** A line when a part begins and one when it is there, where there is no terminal. */
export class PlainReport implements Report {
  private readonly progress: DeploymentProgress;
  private readonly expectedSeconds: number | undefined;
  readonly say: (line: string) => void;
  private readonly heartbeat: NodeJS.Timeout;

  /** @param expectedSeconds What all of it usually takes; undefined where nobody knows. */
  constructor(
    progress: DeploymentProgress,
    expectedSeconds: number | undefined,
    say: (line: string) => void,
  ) {
    this.progress = progress;
    this.expectedSeconds = expectedSeconds;
    this.say = say;
    this.heartbeat = setInterval(() => this.beat(), heartbeatMs).unref();
  }

  moved(part: PartProgress): void {
    if (part.endedAtMs === undefined) this.say(`${part.name}: ${countOf(part.total)}, being deployed`);
    else this.say(`${part.name}: there (${secondsOf(part, Date.now())} s)`);
  }

  async end(status: number): Promise<void> {
    clearInterval(this.heartbeat);
    const changed = [...this.progress.parts.values()].reduce((sum, part) => sum + part.changed, 0);
    const all = countOf(this.progress.done);
    if (status === 0) this.say(`${all}, ${changed} of them changed (${this.seconds()} s)`);
  }

  private beat(): void {
    const now = Date.now();
    const doing = this.progress.underWay.map((part) => `${part.name} (${secondsOf(part, now)} s)`).join(", ");
    this.say(`${howFar(this.progress, this.expectedSeconds)}${doing ? `; still: ${doing}` : ""}`);
  }

  private seconds(): number {
    return Math.round((Date.now() - this.progress.startedAtMs) / 1_000);
  }
}

/** As in "41 of 97 resources after 35 s, usually some 90 s". */
export function howFar(progress: DeploymentProgress, expectedSeconds: number | undefined): string {
  const of = progress.total === undefined ? "" : ` of ${progress.total}`;
  const seconds = Math.round((Date.now() - progress.startedAtMs) / 1_000);
  const usually = expectedSeconds === undefined ? "" : `, usually some ${expectedSeconds} s`;
  return `${progress.done}${of} resources after ${seconds} s${usually}`;
}

/** How long a part has taken, in whole seconds. */
export function secondsOf({ startedAtMs, endedAtMs }: PartProgress, nowMs: number): number {
  return Math.round(((endedAtMs ?? nowMs) - (startedAtMs ?? nowMs)) / 1_000);
}

function countOf(count: number | undefined): string {
  if (count === undefined) return "resources";
  return `${count} resource${count === 1 ? "" : "s"}`;
}
