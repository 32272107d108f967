import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary is paused until well after its lease, then thawed.",
  async inject(scene) {
    const { primary } = scene;
    await primary.freeze();
    await scene.seconds(35);
    await primary.thaw();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 15_000 },
  soak: true,
};
