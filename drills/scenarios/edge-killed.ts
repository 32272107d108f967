import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The edge is killed, which has the published ports and opens the listening sockets.",
  async inject(scene) {
    await scene.any("edge").crash();
  },
  expected: { writesPauseMs: 15_000 },
  soak: true,
};
