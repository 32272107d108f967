import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary is killed, and the new primary as soon as there is one.",
  async inject(scene) {
    const first = scene.primary;
    await first.crash();
    await scene.until(() => (scene.observation.primary?.part.name ?? first.name) !== first.name, 30_000);
    const second = scene.primary;
    await second.killByHand();
    await scene.seconds(10);
    await second.start();
  },
  expected: { newPrimary: true, writesPauseMs: 60_000 },
  soak: true,
};
