import { forgetRemakes, loseControlFile } from "../actions/damage.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The replica's control file is overwritten and the replica killed; it is remade by itself.",
  prepare: (scene) => forgetRemakes(scene.stack),
  async inject({ replica }) {
    await loseControlFile(replica);
  },
  // Two minutes of trying, a minute between two tries at most, and the copy.
  expected: { failedRequests: 0, writesPauseMs: 4_000, recoveryMs: 270_000 },
  soak: false,
};
