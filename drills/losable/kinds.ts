import type { Evaluation } from "../../operations/status/evaluate.ts";
import { livePrimaries } from "../../operations/status/evaluate-takeover.ts";
import type { StackObservation } from "../../operations/status/observation.ts";
import type { Part } from "../../running-stack/part.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import { loseConsensusData } from "../actions/damage.ts";
import type { Drill, Expectations } from "../drill.ts";
import type { Random } from "../random.ts";

/** A kind of part, as status names it. */
export type Kind = keyof Evaluation["canLose"];

/** A way of losing a part. */
export interface Way {
  /** As in `paused`. */
  how: string;
  lose: (part: Part) => Promise<void>;
  /** The drill whose bounds it is held to. */
  bounds: string;
}

const killed = (bounds: string): Way => ({ how: "killed", lose: (part) => part.crash(), bounds });
const gone = (bounds: string): Way => ({ how: "killed for good", lose: (part) => part.killByHand(), bounds });
const stopped = (bounds: string): Way => ({ how: "stopped", lose: (part) => part.stop(), bounds });
const paused = (bounds: string): Way => ({ how: "paused", lose: (part) => part.freeze(), bounds });
const cutOff = (bounds: string): Way => ({ how: "cut off", lose: (part) => part.cutOff(), bounds });
const diskLost = (bounds: string): Way => ({
  how: "its disk lost",
  lose: (part) => loseConsensusData([part]),
  bounds,
});

/** How a part of each kind is lost. Of the database nodes, the primary's loss is another than a replica's. */
export const ways: Record<Exclude<Kind, "database node"> | "primary" | "replica", Way[]> = {
  "application node": [
    killed("app-node-killed"),
    gone("app-node-killed"),
    stopped("app-node-killed"),
    paused("app-node-hung"),
    cutOff("app-node-cut-off"),
  ],
  // Not paused: its watchdog would be paused as well, and the half of all connections with it.
  proxy: [killed("proxy-killed"), gone("proxy-killed"), stopped("proxy-killed")],
  "consensus member": [
    killed("consensus-leader-killed"),
    gone("consensus-leader-killed"),
    stopped("consensus-leader-killed"),
    paused("consensus-leader-killed"),
    diskLost("consensus-member-disk-lost"),
  ],
  "object store node": [
    killed("object-store-node-killed"),
    gone("object-store-node-killed"),
    stopped("object-store-node-killed"),
    paused("object-store-node-hung"),
  ],
  primary: [
    killed("primary-killed"),
    gone("primary-killed-long-after-checkpoint"),
    stopped("primary-stopped"),
    paused("primary-paused"),
    cutOff("primary-isolated"),
  ],
  replica: [
    killed("replica-killed"),
    gone("replica-killed"),
    stopped("replica-killed"),
    paused("replica-cut-off"),
    cutOff("replica-cut-off"),
  ],
};

/** What is about to be taken from the stack. */
export interface Choice {
  kind: Kind;
  /** Which database node, else undefined. */
  wasPrimary: boolean | undefined;
  part: Part;
  way: Way;
}

/**
 * Draws one part of the kinds that status calls losable, and how it is lost; undefined when there is nothing.
 * @param observation What status went by.
 */
export function choose(
  random: Random,
  canLose: Evaluation["canLose"],
  stack: Pick<RunningStack, "parts">,
  observation: Pick<StackObservation, "parts" | "database">,
): Choice | undefined {
  const kinds = (Object.keys(canLose) as Kind[]).filter((kind) => canLose[kind]);
  if (kinds.length === 0) return undefined;
  const kind = random.pick(kinds);
  const draw = random.fork();
  if (kind === "database node") {
    const role = draw.pick(["primary", "replica"] as const);
    const [primary] = livePrimaries(observation);
    const nodes = stack.parts("database").filter(({ name }) => (name === primary) === (role === "primary"));
    return { kind, wasPrimary: role === "primary", part: draw.pick(nodes), way: draw.pick(ways[role]) };
  }
  const running = observation.parts.filter(({ state }) => state === "running").map(({ name }) => name);
  const parts = stack.parts(roleOf[kind]).filter(({ name }) => running.includes(name));
  return { kind, wasPrimary: undefined, part: draw.pick(parts), way: draw.pick(ways[kind]) };
}

const roleOf = {
  "application node": "app",
  proxy: "proxy",
  "consensus member": "consensus",
  "object store node": "object-store",
} as const;

/** A machine that does other work as well stands still for seconds at a time. */
const slackMs = 5_000;

/** What the drill of this way allows, with room for a busy machine. What was in flight on the part may fail. */
export function boundsOf({ bounds }: Way, drills: Map<string, Drill>): Expectations {
  const drill = drills.get(bounds);
  if (!drill) throw new Error(`There is no drill "${bounds}" whose bounds a part could be held to.`);
  const { newPrimary, writesPauseMs = 0 } = drill.expected;
  return {
    failedRequests: "in flight",
    writesPauseMs: writesPauseMs + slackMs,
    ...(newPrimary ? { newPrimary } : {}),
  };
}
