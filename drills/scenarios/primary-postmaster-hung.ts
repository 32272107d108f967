import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary's postmaster hangs (SIGSTOP) for 20 s: sessions go on, new ones do not begin.",
  async inject(scene) {
    const { primary } = scene;
    await primary.signal(/\/postgres -D/, "SIGSTOP", "postmaster hung");
    await scene.seconds(20);
    await primary.signal(/\/postgres -D/, "SIGCONT", "postmaster goes on");
  },
  expected: { writesPauseMs: 25_000 },
  soak: true,
};
