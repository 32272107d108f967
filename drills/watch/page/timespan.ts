import type { DrillState } from "../state.ts";

/** The time that is drawn, in milliseconds since 1970. */
export interface Timespan {
  fromMs: number;
  toMs: number;
}

/** Enough that the first seconds do not rush by. */
const leastMs = 16_000;

/** All of the drill, from its first request on. */
export function timespan(state: DrillState, nowMs: number): Timespan {
  const fromMs = state.loadAtMs ?? nowMs;
  if (!state.ended) return { fromMs, toMs: Math.max(nowMs + 1_000, fromMs + leastMs) };
  const last = state.settled.reduce((most, [endedAtMs]) => Math.max(most, endedAtMs), fromMs);
  return { fromMs, toMs: last + (last - fromMs) * 0.02 };
}
