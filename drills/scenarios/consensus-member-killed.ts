import { consensusLeader } from "../actions/consensus.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "A consensus member that does not lead is killed and stays away for 10 s.",
  async inject(scene) {
    const leader = await consensusLeader(scene.stack);
    const member = scene.stack.parts("consensus").find(({ name }) => name !== leader.name) ?? leader;
    await member.killByHand();
    await scene.seconds(10);
    await member.start();
  },
  expected: { failedRequests: 0, writesPauseMs: 2_000 },
  soak: true,
};
