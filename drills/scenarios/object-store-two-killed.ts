import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "Two of three object store nodes are killed and stay away for 10 s.",
  async inject(scene) {
    const nodes = scene.stack.parts("object-store").slice(0, 2);
    await Promise.all(nodes.map((node) => node.killByHand()));
    await scene.seconds(10);
    await Promise.all(nodes.map((node) => node.start()));
  },
  expected: { writesPauseMs: 40_000 },
  soak: true,
};
