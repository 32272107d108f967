import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "Both witnesses lose one network each for 20 s, then all: nothing may happen to the primary.",
  async inject(scene) {
    const [first, second] = scene.stack.parts("witness");
    await Promise.all([first?.cutOff("data-network"), second?.cutOff("cluster-network")]);
    await scene.seconds(20);
    await Promise.all([first?.cutOff("cluster-network"), second?.cutOff("data-network")]);
    await scene.seconds(10);
    await Promise.all([first?.reconnect(), second?.reconnect()]);
  },
  expected: { failedRequests: 0, writesPauseMs: 1_000 },
  soak: true,
};
