import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "An application node loses its network for 10 s.",
  async inject(scene) {
    const node = scene.any("app");
    await node.cutOff();
    await scene.seconds(10);
    await node.reconnect();
  },
  expected: { failedRequests: 0, writesPauseMs: 1_000 },
  soak: true,
};
