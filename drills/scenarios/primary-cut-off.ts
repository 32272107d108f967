import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary is cut off from consensus and its replica for 35 s while clients stay attached.",
  async inject(scene) {
    const { primary } = scene;
    await primary.cutOff("cluster-network");
    await scene.seconds(35);
    await primary.reconnect();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 15_000 },
  soak: true,
};
