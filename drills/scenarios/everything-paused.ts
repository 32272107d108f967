import { setTimeout as sleep } from "node:timers/promises";
import type { Drill } from "../drill.ts";

/** Longer than the leader lease; nobody is there to take over, and nothing may do so afterwards. */
const pausedMs = 60_000;

export const drill: Drill = {
  description: "Every container is paused for a minute, as on a laptop that sleeps.",
  async inject({ stack }) {
    const parts = stack.parts();
    await Promise.all(parts.map((part) => part.freeze()));
    await sleep(pausedMs);
    await Promise.all(parts.map((part) => part.thaw()));
  },
  expected: { writesPauseMs: pausedMs + 30_000 },
  soak: false,
};
