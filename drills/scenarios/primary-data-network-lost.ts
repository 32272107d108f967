import type { Drill } from "../drill.ts";
import { outlastingSeconds } from "../lease.ts";

export const drill: Drill = {
  description: `The primary loses its data network for ${outlastingSeconds} s: consensus and its replica see it, clients do not.`,
  async inject(scene) {
    const { primary } = scene;
    await primary.cutOff("data-network");
    await scene.seconds(outlastingSeconds);
    await primary.reconnect();
  },
  // Nobody takes the lead from a primary that consensus and its replica see, so it costs as long as it lasts.
  expected: { writesPauseMs: (outlastingSeconds + 10) * 1_000 },
  soak: true,
};
