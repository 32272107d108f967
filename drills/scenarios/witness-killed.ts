import { setTimeout as sleep } from "node:timers/promises";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "One witness is killed and one hangs, then the primary is paused: only its lease is left.",
  async inject(scene) {
    const { primary, stack } = scene;
    const [first, second] = stack.parts("witness");
    await first?.killByHand();
    await second?.freeze();
    await sleep(2_000);
    await primary.freeze();
    await scene.seconds(35);
    await primary.thaw();
    await second?.thaw();
    await first?.start();
  },
  expected: { newPrimary: true, writesPauseMs: 25_000 },
  soak: false,
};
