import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type Docker from "dockerode";

export interface ContainerEvent {
  atMs: number;
  container: string;
  /** As Docker says it: `die`, `start`, `health_status: unhealthy`. */
  action: string;
}

const actions = ["die", "start", "health_status", "oom"];

/** The engine's own events about the stack's containers. */
export class ContainerEvents {
  readonly events: ContainerEvent[] = [];
  private stream: Readable | undefined;

  async start(engine: Docker, stack: string): Promise<void> {
    const filters = { type: ["container"], event: actions, label: [`capstone.stack=${stack}`] };
    this.stream = (await engine.getEvents({ filters: JSON.stringify(filters) })) as Readable;
    void this.read(this.stream).catch(() => {});
  }

  stop(): void {
    this.stream?.destroy();
  }

  private async read(stream: Readable): Promise<void> {
    for await (const line of createInterface({ input: stream })) {
      const event = JSON.parse(line);
      this.events.push({
        atMs: Math.round(event.timeNano / 1e6),
        container: event.Actor.Attributes.name,
        action: event.Action,
      });
    }
  }
}
