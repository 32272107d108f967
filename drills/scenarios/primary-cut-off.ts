import type { Drill } from "../drill.ts";
import { outlastingSeconds, silentPrimaryMs } from "../lease.ts";

export const drill: Drill = {
  description: `The primary is cut off from consensus and its replica for ${outlastingSeconds} s while clients stay attached.`,
  async inject(scene) {
    const { primary } = scene;
    await primary.cutOff("cluster-network");
    await scene.seconds(outlastingSeconds);
    await primary.reconnect();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: silentPrimaryMs },
  soak: true,
};
