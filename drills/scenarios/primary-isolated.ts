import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary loses every network for 35 s.",
  async inject(scene) {
    const { primary } = scene;
    await primary.cutOff();
    await scene.seconds(35);
    await primary.reconnect();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 25_000 },
  soak: true,
};
