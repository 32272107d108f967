import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary's Patroni hangs (SIGSTOP) for 35 s, while its Postgres goes on.",
  async inject(scene) {
    const { primary } = scene;
    await primary.signal(/run-patroni/, "SIGSTOP", "Patroni hung");
    await scene.seconds(35);
    await primary.signal(/run-patroni/, "SIGCONT", "Patroni goes on");
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 15_000 },
  soak: true,
};
