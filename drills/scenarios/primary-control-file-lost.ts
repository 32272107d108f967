import { forgetRemakes, loseControlFile } from "../actions/damage.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary's control file is overwritten and the primary killed; it is remade by itself.",
  prepare: (scene) => forgetRemakes(scene.stack),
  async inject({ primary }) {
    await loseControlFile(primary);
  },
  // Two minutes of trying, a minute between two tries at most, and the copy.
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 4_000, recoveryMs: 270_000 },
  soak: false,
};
