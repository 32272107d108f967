import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { networkAlias } from "../infra/naming.ts";
import { healthCheckTimeoutSeconds, type Role } from "../infra/topology.ts";
import { isRefusal } from "./engine.ts";
import { type Execution, runIn, startIn } from "./execute.ts";
import type { Journal } from "./journal.ts";
import { type Process, processesOf, signalFromOutside } from "./processes.ts";

/** A container as it was before the first fault. */
export interface PartState {
  containerName: string;
  role: Role;
  node: number;
  image: string;
  /** Network to the part's aliases there. Empty where it shares another container's network. */
  networks: Record<string, string[]>;
  /** The health check's command. */
  healthCheck: string[];
}

/** One container of the stack, and what can be done to it. Every fault and its end is recorded in the journal. */
export class Part {
  /** As in `app-1`. */
  readonly name: string;
  readonly state: PartState;
  readonly journal: Journal;
  private readonly engine: Docker;

  constructor(engine: Docker, journal: Journal, state: PartState) {
    this.engine = engine;
    this.journal = journal;
    this.state = state;
    this.name = networkAlias(state.role, state.node);
  }

  /** As in `capstone-dev-app-1`. */
  get containerName(): string {
    return this.state.containerName;
  }

  /** By name, since a recreated container has another id. */
  get container(): Docker.Container {
    return this.engine.getContainer(this.containerName);
  }

  /** Runs its health check now, without waiting for Docker's next interval. */
  async isHealthy(): Promise<boolean> {
    const healthy = runIn(this.container, this.state.healthCheck).then(
      () => true,
      () => false,
    );
    return Promise.race([healthy, sleep(healthCheckTimeoutSeconds * 1000, false)]);
  }

  /** Kills its init, like a crash: the restart policy acts. */
  async crash(): Promise<void> {
    const { Id, State, Image } = await this.container.inspect();
    await this.inject("killed", async () => {
      signalFromOutside([State.Pid], "SIGKILL", { id: Id, image: Image });
      await this.untilEngineNotices(State.Pid);
    });
  }

  /** A busy engine takes a moment to notice that a process has died, and reports it as running until then. */
  private async untilEngineNotices(pid: number): Promise<void> {
    const endsAtMs = Date.now() + 15_000;
    while (Date.now() < endsAtMs && (await this.container.inspect()).State.Pid === pid) await sleep(50);
  }

  /** `docker kill`: no restart policy acts. */
  async killByHand(): Promise<void> {
    await this.inject("killed by hand", () => this.container.kill());
  }

  /** `docker stop`: asked to stop, with its usual grace period. */
  async stop(): Promise<void> {
    await this.inject("stopped", () => this.container.stop());
  }

  async start(): Promise<void> {
    await this.clear("started", () => allowRefusal(this.container.start(), 304));
  }

  /** Suspends every process; its connections stay open. */
  async freeze(): Promise<void> {
    await this.inject("paused", () => this.container.pause());
  }

  async thaw(): Promise<void> {
    await this.clear("thawed", () => this.container.unpause());
  }

  /** Sends a signal to the processes whose command matches, and to no other. */
  async signal(matching: RegExp, signal: NodeJS.Signals, what: string): Promise<void> {
    const { Id, Image } = await this.container.inspect();
    const pids = (await this.processes())
      .filter(({ command }) => matching.test(command))
      .map(({ pid }) => pid);
    if (pids.length === 0) throw new Error(`${this.containerName} runs no process ${matching}.`);
    const kind = signal === "SIGCONT" ? "clear" : "inject";
    await this.journal.note(kind, `${this.name}: ${what}`, async () =>
      signalFromOutside(pids, signal, { id: Id, image: Image }),
    );
  }

  processes(): Promise<Process[]> {
    return processesOf(this.container);
  }

  /** Disconnects it from the networks of these roles, or from all. Its connections go silent. */
  async cutOff(...roles: Role[]): Promise<void> {
    const suffixes = roles.map((role) => `-${role}-1`);
    const networks = Object.keys(this.state.networks).filter(
      (network) => roles.length === 0 || suffixes.some((suffix) => network.endsWith(suffix)),
    );
    const from = roles.length === 0 ? "" : ` from ${roles.join(" and ")}`;
    await this.inject(`cut off${from}`, async () => {
      for (const network of networks) {
        await this.engine.getNetwork(network).disconnect({ Container: this.containerName });
      }
    });
  }

  async reconnect(): Promise<void> {
    await this.clear("connected again", () => this.connectMissing());
  }

  /** Reconnects it. @returns The networks that it had been disconnected from. */
  async connectMissing(): Promise<string[]> {
    const { NetworkSettings } = await this.container.inspect();
    const missing = Object.entries(this.state.networks).filter(
      ([network]) => !(network in NetworkSettings.Networks),
    );
    for (const [network, Aliases] of missing) {
      const options = { Container: this.containerName, EndpointConfig: { Aliases } };
      await this.engine.getNetwork(network).connect(options);
    }
    return missing.map(([network]) => network);
  }

  /** Runs a program in it; see `runIn`. */
  run(command: string[], input?: string): Promise<string> {
    return runIn(this.container, command, input);
  }

  execute(command: string[]): Promise<Execution> {
    return startIn(this.container, command);
  }

  inject<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.journal.note("inject", `${this.name}: ${what}`, work);
  }

  clear<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.journal.note("clear", `${this.name}: ${what}`, work);
  }
}

/** Waits for a call and treats these refusals of the engine as success. */
export async function allowRefusal<T>(call: Promise<T>, ...statusCodes: number[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isRefusal(error, ...statusCodes)) return undefined;
    throw error;
  }
}
