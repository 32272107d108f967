import type { DrillState } from "./state.ts";

/** What is to be said first: what happens now, in one sentence, and how it is to be seen. */
export interface Headline {
  text: string;
  mood: "calm" | "alarm" | "recovering" | "good" | "bad";
}

/** A wait that is longer than this is worth a sentence. */
const longMs = 400;

export function headline(state: DrillState, nowMs: number): Headline {
  const { verdict, abandoned, phase } = state;
  if (abandoned !== undefined) return { text: `No verdict: ${abandoned}`, mood: "bad" };
  if (verdict) return verdict.passed ? passed(state) : { text: "The drill has failed.", mood: "bad" };
  if (state.faultAtMs === undefined) return { text: before(state), mood: "calm" };
  if (phase === "comparison")
    return { text: "Every acknowledged write is now looked up in the database.", mood: "good" };
  if (state.redundantAtMs !== undefined) {
    const after = seconds(state.redundantAtMs - state.faultAtMs);
    return { text: `Everything is fully redundant again, ${after} after the fault.`, mood: "good" };
  }
  return during(state, nowMs);
}

function before({ phase, missing, clients }: DrillState): string {
  if (phase !== "waiting") return `${clients} clients read and write. All is well, still.`;
  const [first] = missing;
  return first ? `Waiting until the stack is fully redundant: ${first}.` : "Looking at the stack.";
}

function during(state: DrillState, nowMs: number): Headline {
  const { waiting, primary, newPrimary, missing } = state;
  const longest = waiting.reduce((most, [startedAtMs]) => Math.max(most, nowMs - startedAtMs), 0);
  const long = waiting.filter(([startedAtMs]) => nowMs - startedAtMs > longMs).length;
  const wait =
    long > 0
      ? ` ${count(long, "client")} ${long === 1 ? "waits" : "wait"}, the longest for ${seconds(longest)}.`
      : "";
  if (!primary) return { text: `There is no primary.${wait}`, mood: "alarm" };
  if (wait) return { text: `${primary.name} is primary.${wait}`, mood: "alarm" };
  const served = newPrimary ? `${newPrimary.part} is primary and everyone is served.` : "Everyone is served.";
  const [first] = missing;
  const left = first ? ` Not fully redundant yet: ${first}.` : "";
  return { text: `${served}${left}`, mood: "recovering" };
}

function passed({ verdict }: DrillState): Headline {
  const lost = verdict?.lost === 0 ? "Nothing was lost" : `${verdict?.lost} writes were lost`;
  const failed =
    verdict?.failedRequests === 0
      ? "no request failed"
      : `${count(verdict?.failedRequests ?? 0, "request")} failed`;
  return { text: `${lost}, and ${failed}.`, mood: "good" };
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
