import type { Drill } from "../drill.ts";
import { outlastingSeconds, silentPrimaryMs } from "../lease.ts";

export const drill: Drill = {
  description: `The primary loses every network for ${outlastingSeconds} s.`,
  async inject(scene) {
    const { primary } = scene;
    await primary.cutOff();
    await scene.seconds(outlastingSeconds);
    await primary.reconnect();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: silentPrimaryMs },
  soak: true,
};
