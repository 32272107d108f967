import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description:
    "The primary loses its data network for 35 s: consensus and its replica see it, clients do not.",
  async inject(scene) {
    const { primary } = scene;
    await primary.cutOff("data-network");
    await scene.seconds(35);
    await primary.reconnect();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 15_000 },
  soak: true,
};
