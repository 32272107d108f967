import type { Drill } from "../drill.ts";
import type { Random } from "../random.ts";

/** What a seed draws before the stack is asked anything. */
export interface Plan {
  states: State[];
  /** From the state until status is asked. */
  delayMs: number;
  /** Within which the stack is fully redundant by itself, once everything is cleared. */
  recoveryMs: number;
}

/** A drill that is left half-way. */
export interface State {
  drill: string;
  /** Which of the drill's pauses it is left in, from 1; a drill with fewer comes to its end. */
  pause: number;
}

/**
 * How likely a state is beside the others, which are as likely as each other. `soak` draws none of these, since they need
 * a deployment's time to mend; status has to know them all the same.
 */
const seldom: Record<string, number> = {
  "consensus-data-lost": 0.5,
  "consensus-member-disk-lost": 1,
  "primary-control-file-lost": 0.1,
  "replica-control-file-lost": 0.2,
  "replica-page-damaged": 0.2,
};

const secondShare = 0.3;
const longestDelayMs = 8_000;
/** Two faults and a loss at once take longer to mend than one. */
const leastRecoveryMs = 150_000;

export function drawPlan(random: Random, drills: Map<string, Drill>): Plan {
  const weights = stateWeights(drills);
  const count = random.next() < secondShare ? 2 : 1;
  const states = Array.from({ length: count }, () => ({
    drill: random.weighted(weights),
    pause: random.between(1, 2),
  }));
  const recoveries = states.map(({ drill }) => drills.get(drill)?.expected.recoveryMs ?? 0);
  return {
    states,
    delayMs: Math.round(random.next() * longestDelayMs),
    recoveryMs: Math.max(leastRecoveryMs, ...recoveries),
  };
}

/** The drills whose states are drawn, and how often relative to each other. */
export function stateWeights(drills: Map<string, Drill>): Record<string, number> {
  const weights = [...drills].map(([name, { soak }]) => [name, seldom[name] ?? (soak ? 1 : 0)] as const);
  return Object.fromEntries(weights.filter(([, weight]) => weight > 0));
}
