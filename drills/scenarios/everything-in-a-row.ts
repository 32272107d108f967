import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description:
    "An application node, a proxy, a consensus member, an object store node and the primary, 1 s apart.",
  async inject(scene) {
    for (const role of ["app", "proxy", "consensus", "object-store"] as const) {
      await scene.any(role).crash();
      await scene.seconds(1);
    }
    await scene.primary.crash();
  },
  expected: { writesPauseMs: 10_000 },
  soak: true,
};
