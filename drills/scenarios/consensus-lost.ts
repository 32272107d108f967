import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "All of consensus is killed for 30 s, longer than the primary's lease.",
  async inject(scene) {
    const members = scene.stack.parts("consensus");
    await Promise.all(members.map((member) => member.killByHand()));
    await scene.seconds(30);
    await Promise.all(members.map((member) => member.start()));
  },
  expected: { failedRequests: 0, writesPauseMs: 2_000 },
  soak: true,
};
