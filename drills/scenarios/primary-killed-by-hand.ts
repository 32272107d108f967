import type { Drill } from "../drill.ts";
import { outlastingSeconds, silentPrimaryMs } from "../lease.ts";

export const drill: Drill = {
  description: `The primary is killed by hand (docker kill), so nothing starts it again for ${outlastingSeconds} s.`,
  async inject(scene) {
    const { primary } = scene;
    await primary.killByHand();
    await scene.seconds(outlastingSeconds);
    await primary.start();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: silentPrimaryMs },
  soak: true,
};
