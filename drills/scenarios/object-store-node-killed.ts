import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "An object store node is killed and stays away for 10 s.",
  async inject(scene) {
    const node = scene.any("object-store");
    await node.killByHand();
    await scene.seconds(10);
    await node.start();
  },
  expected: { failedRequests: 0, writesPauseMs: 1_000, readsPauseMs: 1_000 },
  soak: true,
};
