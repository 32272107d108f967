import { deploy, deployed, replacing } from "../actions/deployment.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "A deployment is killed half-way through the application nodes; the next one ends it.",
  async inject(scene) {
    const { stack } = scene;
    const first = stack.part("app");
    const { Id: before } = await first.container.inspect();
    const names = stack.parts("app").map(({ name }) => name);
    const isReplaced = async () => {
      const found = await first.container.inspect().catch(() => undefined);
      return found !== undefined && found.Id !== before;
    };
    await stack.journal.note("inject", "deployment begins", async () => {
      const deployment = deploy(stack, ...replacing(...names));
      await scene.until(isReplaced, 120_000);
      deployment.kill();
      await deployment.ended;
    });
    await stack.journal.note("inject", "deployment killed", () => scene.seconds(10));
    await stack.journal.note("clear", "deployment again", () => deployed(stack, "--refresh"));
  },
  expected: { failedRequests: 0, writesPauseMs: 1_000 },
  soak: false,
};
