import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "An object store node hangs (SIGSTOP) for 10 s, its connections open.",
  async inject(scene) {
    const node = scene.any("object-store");
    await node.signal(/garage/, "SIGSTOP", "hung");
    await scene.seconds(10);
    await node.signal(/garage/, "SIGCONT", "goes on");
  },
  // What the hung node had taken is given up after its RPC limit, up to three times for one object; the proxy turns away from it after two checks.
  expected: { failedRequests: 0, writesPauseMs: 5_000, readsPauseMs: 5_000 },
  soak: true,
};
