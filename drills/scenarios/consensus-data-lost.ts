import { loseConsensusData } from "../actions/damage.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "All of consensus loses its data and begins anew; the database joins it, the standby too.",
  async inject(scene) {
    await loseConsensusData(scene.stack.parts("consensus"));
    await scene.untilFullyRedundant(90_000);
    // Only a stack that can fail over is whole: so the primary goes next.
    await scene.primary.crash();
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 4_000, recoveryMs: 90_000 },
  soak: false,
};
