import { deployed } from "../actions/deployment.ts";
import type { Drill } from "../drill.ts";
import { silentPrimaryMs } from "../lease.ts";

export const drill: Drill = {
  description: "The primary is gone for good, container and disk; a deployment makes a new node.",
  async inject(scene) {
    const { primary, stack, observation } = scene;
    const volume = stack.engine.getVolume(primary.containerName);
    await primary.inject("removed with its disk", async () => {
      await primary.container.remove({ force: true });
      await volume.remove();
    });
    await scene.until(() => (observation.primary?.part.name ?? primary.name) !== primary.name, 60_000);
    await scene.seconds(5);
    await primary.clear("made anew by a deployment", () => deployed(stack, "--refresh"));
  },
  expected: { newPrimary: true, failedRequests: 0, writesPauseMs: silentPrimaryMs },
  soak: false,
};
