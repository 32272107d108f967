import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description:
    "The primary loses its data network for 35 s: consensus and its replica see it, clients do not.",
  async inject(scene) {
    const { primary } = scene;
    await primary.cutOff("data-network");
    await scene.seconds(35);
    await primary.reconnect();
  },
  // Nobody takes the lead from a primary that consensus and its replica see, so it costs as long as it lasts.
  expected: { writesPauseMs: 45_000 },
  soak: true,
};
