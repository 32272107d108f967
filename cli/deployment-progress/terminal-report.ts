import { Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput } from "listr2";
import type { DeploymentProgress, PartProgress } from "./progress.ts";
import { howFar, type Report, secondsOf } from "./report.ts";

// biome-ignore lint/suspicious/noExplicitAny: listr2 has a type for each renderer, of which this needs none.
type Line = ListrTaskWrapper<any, any, any>;

const redrawMs = 250;

/** A line for each part, which says how far it is as it goes. */
export class TerminalReport implements Report {
  private readonly progress: DeploymentProgress;
  private readonly expectedSeconds: number | undefined;
  private readonly lines = new Map<string, { line: Line; over: PromiseWithResolvers<void> }>();
  private readonly warnings: string[] = [];
  private readonly drawing: Promise<unknown>;
  private readonly timer: NodeJS.Timeout;

  constructor(progress: DeploymentProgress, expectedSeconds: number | undefined) {
    this.progress = progress;
    this.expectedSeconds = expectedSeconds;
    const tasks = [...progress.parts.keys()].map((name) => ({
      title: name,
      task: (_: unknown, line: Line) => this.open(name, line),
    }));
    const whole = { title: "the stack", task: (_: unknown, line: Line) => this.open("", line) };
    this.drawing = new Listr([whole, ...tasks], {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      // Standard output is for the stack's outputs.
      rendererOptions: {
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
        showErrorMessage: false,
      },
    }).run();
    this.timer = setInterval(() => this.draw(), redrawMs);
  }

  moved(part: PartProgress): void {
    if (part.endedAtMs !== undefined) this.close(part, 0);
  }

  say(line: string): void {
    this.warnings.push(line);
  }

  async end(status: number): Promise<void> {
    clearInterval(this.timer);
    this.draw();
    for (const part of this.progress.parts.values()) this.close(part, status);
    const line = this.lines.get("");
    if (status === 0) line?.over.resolve();
    else line?.over.reject(new Error("failed"));
    await this.drawing;
    for (const warning of this.warnings) console.error(warning);
  }

  private open(name: string, line: Line): Promise<void> {
    const over = Promise.withResolvers<void>();
    this.lines.set(name, { line, over });
    return over.promise;
  }

  private draw(): void {
    const { progress, lines } = this;
    const whole = lines.get("");
    if (whole) whole.line.title = `the stack: ${howFar(progress, this.expectedSeconds)}`;
    for (const part of progress.parts.values()) {
      const shown = lines.get(part.name);
      if (!shown || part.endedAtMs !== undefined) continue;
      shown.line.title = titleOf(part);
      shown.line.output = [...part.doing.values()][0] ?? "";
    }
  }

  private close(part: PartProgress, status: number): void {
    const shown = this.lines.get(part.name);
    if (!shown) return;
    shown.line.title = titleOf(part);
    shown.line.output = "";
    if (status === 0 || part.done === part.total) shown.over.resolve();
    else shown.over.reject(new Error("not deployed"));
  }
}

function titleOf(part: PartProgress): string {
  const { name, done, total, startedAtMs } = part;
  const of = total === undefined ? "" : ` of ${total}`;
  const time = startedAtMs === undefined ? "" : `, ${secondsOf(part, Date.now())} s`;
  return `${name}: ${done}${of}${time}`;
}
