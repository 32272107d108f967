import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The edge is killed, which holds the published port and the listeners.",
  async inject(scene) {
    await scene.any("edge").crash();
  },
  expected: { writesPauseMs: 15_000 },
  soak: true,
};
