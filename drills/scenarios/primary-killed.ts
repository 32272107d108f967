import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary's container is killed; it is started again by its restart policy.",
  async inject(scene) {
    await scene.primary.crash();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 3_000 },
  soak: true,
};
