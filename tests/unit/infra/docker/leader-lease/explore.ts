/** One thing that may happen next, and the state after it. */
export interface Step<State> {
  action: string;
  after: State;
}

export interface Exploration {
  states: number;
  /** The shortest way to a state that is wrong, and what is wrong with it; undefined when every state is right. */
  counterexample: { wrong: string; actions: string[] } | undefined;
}

/**
 * Visits every state that can be reached, the nearest first.
 * @param wrong What is wrong with a state; undefined when nothing is.
 * @throws Error with more states than `limit`: then nothing was proven.
 */
export function explore<State>(
  start: State,
  next: (state: State) => Step<State>[],
  wrong: (state: State) => string | undefined,
  limit = 3_000_000,
): Exploration {
  const cameFrom = new Map<string, { before: string | undefined; action: string }>();
  let frontier: State[] = [start];
  cameFrom.set(JSON.stringify(start), { before: undefined, action: "start" });
  while (frontier.length > 0) {
    const reached: State[] = [];
    for (const state of frontier) {
      const key = JSON.stringify(state);
      const fault = wrong(state);
      if (fault) return { states: cameFrom.size, counterexample: { wrong: fault, actions: wayTo(key) } };
      for (const { action, after } of next(state)) {
        const keyAfter = JSON.stringify(after);
        if (cameFrom.has(keyAfter)) continue;
        cameFrom.set(keyAfter, { before: key, action });
        reached.push(after);
      }
    }
    if (cameFrom.size > limit) throw new Error(`More than ${limit} states can be reached.`);
    frontier = reached;
  }
  return { states: cameFrom.size, counterexample: undefined };

  function wayTo(end: string): string[] {
    const actions: string[] = [];
    for (let at: string | undefined = end; at !== undefined; ) {
      const step = cameFrom.get(at);
      if (step?.before !== undefined) actions.unshift(step.action);
      at = step?.before;
    }
    return actions;
  }
}
