import { loseConsensusData } from "../actions/damage.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description:
    "A consensus member loses its disk's contents; it is taken out of the others' cluster and added again.",
  async inject(scene) {
    await loseConsensusData([scene.any("consensus")]);
  },
  expected: { failedRequests: 0, writesPauseMs: 3_000, recoveryMs: 90_000 },
  soak: false,
};
