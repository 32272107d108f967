import type { Drill } from "../drill.ts";
import { outlastingSeconds, silentPrimaryMs } from "../lease.ts";

export const drill: Drill = {
  description: "The primary is paused until well after its lease, then thawed.",
  async inject(scene) {
    const { primary } = scene;
    await primary.freeze();
    await scene.seconds(outlastingSeconds);
    await primary.thaw();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: silentPrimaryMs },
  soak: true,
};
