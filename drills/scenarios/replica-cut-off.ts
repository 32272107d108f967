import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The replica falls silent: it loses every network for 20 s.",
  async inject(scene) {
    const { replica } = scene;
    await replica.cutOff();
    await scene.seconds(20);
    await replica.reconnect();
  },
  expected: { failedRequests: 0, writesPauseMs: 4_000 },
  soak: true,
};
