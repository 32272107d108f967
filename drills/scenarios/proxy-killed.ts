import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "A proxy is killed; the other serves on the same address.",
  async inject(scene) {
    await scene.any("proxy").crash();
  },
  expected: { failedRequests: "in flight", writesPauseMs: 500 },
  soak: true,
};
