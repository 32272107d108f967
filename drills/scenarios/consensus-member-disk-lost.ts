import type { Drill } from "../drill.ts";
import { loseConsensusData } from "../stack/damage.ts";

export const drill: Drill = {
  description:
    "A consensus member loses its disk's contents; it is taken out of the others' cluster and added again.",
  async inject(scene) {
    await loseConsensusData([scene.any("consensus")]);
  },
  expected: { failedRequests: 0, writesPauseMs: 3_000, wholeWithinMs: 90_000 },
  soak: false,
};
