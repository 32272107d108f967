import { setTimeout as sleep } from "node:timers/promises";
import type { Drill } from "../drill.ts";
import type { ExpectedAlert } from "./expected-alerts.ts";

export const quietName = "quiet";
export const defaultQuietMinutes = 60;

/** The drill without a fault: false alarms teach people to ignore alerts. */
export function quietDrill(minutes: number): { drill: Drill; expected: ExpectedAlert } {
  const nothing = async () => {};
  const drill: Drill = {
    description: `Nothing happens in ${minutes} minutes of load.`,
    async inject({ stack }) {
      await stack.journal.note("inject", "the quiet begins", nothing);
      await sleep(minutes * 60_000);
      await stack.journal.note("clear", "the quiet has ended", nothing);
    },
    expected: { failedRequests: 0 },
    soak: false,
  };
  return { drill, expected: { alert: null, withinMs: 0 } };
}
