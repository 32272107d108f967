import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The replica is killed, then the primary; the replica comes back first and must not lead.",
  async inject(scene) {
    const { primary, replica } = scene;
    await replica.killByHand();
    await scene.seconds(6);
    await primary.killByHand();
    await scene.seconds(2);
    await replica.start();
    await scene.seconds(10);
    await primary.start();
  },
  expected: { writesPauseMs: 60_000 },
  soak: true,
};
