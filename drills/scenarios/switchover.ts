import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The primary hands over to its replica, as before maintenance.",
  async inject(scene) {
    const { primary, replica } = scene;
    const patronictl = ["patronictl", "-c", "/run/patroni/patroni.yml", "switchover", "--force"];
    const options = ["--leader", primary.name, "--candidate", replica.name];
    await primary.strike("switchover", () => primary.run([...patronictl, ...options]));
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: 2_000 },
  soak: true,
};
