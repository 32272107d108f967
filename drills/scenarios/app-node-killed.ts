import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "An application node is killed; it is started again by its restart policy.",
  async inject(scene) {
    await scene.any("app").crash();
  },
  expected: { failedRequests: 0, writesPauseMs: 1_000 },
  soak: true,
};
