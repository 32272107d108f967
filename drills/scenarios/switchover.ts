import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary hands over to its replica, as before maintenance.",
  async inject(scene) {
    await scene.primary.inject("switchover", () => scene.switchOver());
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 2_000 },
  soak: true,
};
