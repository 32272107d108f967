import type { RunningStack } from "../../running-stack/running-stack.ts";
import { ContainerEvents } from "./container-events.ts";
import { DatabaseNodeObserver } from "./database-node.ts";
import { ProxyLog } from "./proxy-log.ts";

/** Everything that is observed while a drill runs. */
export class Observation {
  readonly databaseNodes: DatabaseNodeObserver[];
  readonly proxies: ProxyLog[];
  readonly containers = new ContainerEvents();
  /** What status named, in drills that ask it. */
  readonly told: { atMs: number; what: string }[] = [];

  private constructor(stack: RunningStack) {
    this.databaseNodes = stack.parts("database").map((part) => new DatabaseNodeObserver(part));
    this.proxies = stack.parts("proxy").map((part) => new ProxyLog(part));
  }

  static async start(stack: RunningStack): Promise<Observation> {
    const observation = new Observation(stack);
    await observation.containers.start(stack.engine, stack.name);
    return observation;
  }

  /** The node that says it is the primary, if exactly one does. */
  get primary(): DatabaseNodeObserver | undefined {
    const primaries = this.databaseNodes.filter((node) => node.fresh?.role === "primary");
    return primaries.length === 1 ? primaries[0] : undefined;
  }

  async stop(): Promise<void> {
    this.containers.stop();
    for (const proxy of this.proxies) proxy.stop();
    await Promise.all(this.databaseNodes.map((node) => node.stop()));
  }
}
