import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "Every Postgres process of the primary is killed.",
  async inject(scene) {
    await scene.primary.signal(/^postgres: |\/postgres -D/, "SIGKILL", "Postgres killed");
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 3_000 },
  soak: true,
};
