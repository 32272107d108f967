import { consensusLeader } from "../actions/consensus.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The leading consensus member is killed and stays away for 10 s.",
  async inject(scene) {
    const leader = await consensusLeader(scene.stack);
    await leader.killByHand();
    await scene.seconds(10);
    await leader.start();
  },
  expected: { failedRequests: 0, writesPauseMs: 2_000 },
  soak: true,
};
