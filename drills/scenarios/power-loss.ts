import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "Every container is killed at once; all start again by their restart policies.",
  async inject(scene) {
    const parts = scene.stack.parts();
    await Promise.all(parts.map((part) => part.crash()));
  },
  expected: { writesPauseMs: 60_000 },
  soak: true,
};
