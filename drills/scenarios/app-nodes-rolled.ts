import { deployed, replacing } from "../actions/deployment.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "A deployment drains and replaces every application node, one after the other.",
  async inject({ stack }) {
    const names = stack.parts("app").map(({ name }) => name);
    const roll = () => deployed(stack, ...replacing(...names));
    await stack.journal.note("inject", "deployment begins", roll);
    await stack.journal.note("clear", "deployment has ended", async () => {});
  },
  expected: { failedRequests: 0, writesPauseMs: 1_000 },
  soak: false,
};
