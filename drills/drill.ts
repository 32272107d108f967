import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "../infra/topology.ts";
import type { Part } from "../running-stack/part.ts";
import type { RunningStack } from "../running-stack/running-stack.ts";
import type { Ledger } from "./load/ledger.ts";
import type { Observation } from "./observe/observation.ts";
import { untilFullyRedundant } from "./observe/redundancy.ts";
import type { Random } from "./random.ts";
import { until } from "./until.ts";

/** One fault under load, with what is expected of the stack. A file in scenarios/ exports one as `drill`. */
export interface Drill {
  /** One line on what happens. */
  description: string;
  /** Why this machine or stack cannot have the fault safely, a sentence; undefined where it can. */
  refusal?: (stack: RunningStack) => Promise<string | undefined>;
  /** Preparations before the load begins, such as a small disk. */
  prepare?: (scene: Scene) => Promise<void>;
  /** Injects the fault, waits, and clears what would not end by itself. What is left is repaired, and counts against it. */
  inject: (scene: Scene) => Promise<void>;
  /** Removes what `prepare` made, once the stack is fully redundant again. */
  cleanUp?: (scene: Scene) => Promise<void>;
  expected: Expectations;
  /** Clients who only read, beside the others: for faults that stop writes and must not stop reads. */
  readers?: number;
  /** Whether `soak` may draw it: it needs no deployment. */
  soak: boolean;
}

/** Bounds; what is not named has none. Nothing may ever be lost, done twice, or stay broken. */
export interface Expectations {
  /** Requests that may fail; "in flight" are those under way when the fault was injected. */
  failedRequests?: number | "in flight";
  /** Of the failed requests, those that read. */
  failedReads?: number;
  /** Whoever fails is told when to come back: 503 with retry-after, and nothing else. */
  toldToComeBack?: true;
  /** The longest that one write, or one read, may take from when it is first sent. */
  writesPauseMs?: number;
  readsPauseMs?: number;
  /** Another node has to become primary; otherwise there was no fault. */
  newPrimary?: true;
  /** Monitoring and backup have to be back too, by themselves: with every other fault they are no part of the service. */
  alsoMonitoring?: true;
  /** From the last fault or its end until the stack is fully redundant by itself; 90 s by default. */
  recoveryMs?: number;
}

/** What a drill has at hand. */
export class Scene {
  readonly stack: RunningStack;
  readonly observation: Observation;
  /** What clients were told so far. */
  readonly ledger: Ledger;
  /** What the drill itself found, and why it has failed by that, a sentence each. */
  readonly found: string[] = [];
  readonly reasons: string[] = [];
  private readonly random: Random | undefined;
  private readonly tolerated: string | undefined;

  /**
   * @param random Draws which node gets the fault, in `soak`; without it, always the first.
   * @param tolerated What may be missing from full redundancy, because it was broken on purpose.
   */
  constructor(
    stack: RunningStack,
    observation: Observation,
    ledger: Ledger,
    random?: Random,
    tolerated?: string,
  ) {
    this.stack = stack;
    this.observation = observation;
    this.ledger = ledger;
    this.random = random;
    this.tolerated = tolerated;
  }

  finds(sentence: string): void {
    this.found.push(sentence);
  }

  fails(reason: string): void {
    this.reasons.push(reason);
  }

  /** A seed; in `soak` another each time. */
  draw(): number {
    return this.random?.between(0, 2 ** 31) ?? 1;
  }

  /** One of the equal nodes of a role. */
  any(role: Role): Part {
    const parts = this.stack.parts(role);
    return this.random ? this.random.pick(parts) : this.stack.part(role);
  }

  /** The database node that is primary now. */
  get primary(): Part {
    const { primary } = this.observation;
    if (!primary) throw new Error("There is no single primary to inject a fault into.");
    return primary.part;
  }

  get replica(): Part {
    const replica = this.stack.parts("database").find(({ name }) => name !== this.primary.name);
    if (!replica) throw new Error("There is no replica to inject a fault into.");
    return replica;
  }

  /** Hands the primary's role over, as before maintenance. */
  async switchOver(): Promise<void> {
    const { primary, replica } = this;
    const patronictl = ["patronictl", "-c", "/run/patroni/patroni.yml", "switchover", "--force"];
    await primary.run([...patronictl, "--leader", primary.name, "--candidate", replica.name]);
  }

  /** Waits; in `soak` for between a fifth of it and all of it. */
  seconds(count: number): Promise<void> {
    const share = this.random ? 0.2 + 0.8 * this.random.next() : 1;
    return sleep(count * share * 1_000);
  }

  /**
   * @throws Error with what is missing when the time is up.
   */
  async untilFullyRedundant(timeoutMs: number): Promise<void> {
    const outcome = await untilFullyRedundant(this.stack, this.observation, timeoutMs);
    if ("missing" in outcome)
      throw new Error(`The stack is not fully redundant: ${outcome.missing.join("; ")}.`);
  }

  /** Waits until the stack is fully redundant, at most this long; the drill goes on either way. */
  async settle(timeoutMs: number): Promise<void> {
    const { stack, observation, tolerated } = this;
    await untilFullyRedundant(stack, observation, timeoutMs, { tolerated });
  }

  /** Waits for the condition, at most this long; the drill goes on either way. */
  until(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
    return until(condition, timeoutMs);
  }
}
