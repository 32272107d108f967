import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The replica is killed and stays away for 15 s.",
  async inject(scene) {
    const { replica } = scene;
    await replica.killByHand();
    await scene.seconds(15);
    await replica.start();
  },
  expected: { failedRequests: 0, writesPauseMs: 4_000 },
  soak: true,
};
