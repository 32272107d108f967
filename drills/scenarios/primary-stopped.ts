import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary's container is stopped (docker stop) and started after 10 s.",
  async inject(scene) {
    const { primary } = scene;
    await primary.stop();
    await scene.seconds(10);
    await primary.start();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 3_000 },
  soak: true,
};
