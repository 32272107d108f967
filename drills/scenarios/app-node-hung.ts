import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "An application node hangs (SIGSTOP) for 10 s, its connections open.",
  async inject(scene) {
    const node = scene.any("app");
    await node.signal(/./, "SIGSTOP", "hung");
    await scene.seconds(10);
    await node.signal(/./, "SIGCONT", "goes on");
  },
  expected: { failedRequests: 0, writesPauseMs: 1_000 },
  soak: true,
};
