import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "All of consensus is killed, 5 s later the replica; both come back after 15 s.",
  async inject(scene) {
    const { replica, stack } = scene;
    const members = stack.parts("consensus");
    await Promise.all(members.map((member) => member.killByHand()));
    await scene.seconds(5);
    await replica.killByHand();
    await scene.seconds(15);
    await Promise.all([...members, replica].map((part) => part.start()));
  },
  expected: { writesPauseMs: 60_000 },
  soak: true,
};
