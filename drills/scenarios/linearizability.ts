import type { Drill, Scene } from "../drill.ts";
import { checkHistory, whyNoChecker } from "../registers/check-history.ts";
import { Registers } from "../registers/registers.ts";
import { drill as consensusLeaderKilled } from "./consensus-leader-killed.ts";
import { drill as primaryCutOff } from "./primary-cut-off.ts";
import { drill as primaryIsolated } from "./primary-isolated.ts";
import { drill as primaryKilled } from "./primary-killed.ts";
import { drill as primaryPaused } from "./primary-paused.ts";
import { drill as replicaCutOff } from "./replica-cut-off.ts";
import { drill as switchover } from "./switchover.ts";

const faults = [
  switchover,
  primaryKilled,
  primaryPaused,
  primaryCutOff,
  replicaCutOff,
  consensusLeaderKilled,
  primaryIsolated,
  primaryKilled,
];

export const drill: Drill = {
  description:
    "Eight faults in a row while twelve clients read and write eight registers; porcupine checks the history.",
  refusal: whyNoChecker,
  async inject(scene) {
    const registers = new Registers(scene.stack.outputs, scene.draw());
    await registers.start();
    try {
      for (const { inject } of faults) {
        await inject(scene);
        await scene.settle(90_000);
      }
    } finally {
      await registers.stop();
    }
    await evaluate(scene, registers);
  },
  expected: { newPrimary: true },
  soak: false,
};

async function evaluate(scene: Scene, registers: Registers): Promise<void> {
  const {
    operations,
    unknown,
    registers: count,
    verdict,
    wrong,
    file,
  } = await checkHistory(registers.history, registers.prefix.slice(0, -1));
  scene.finds(
    `${operations} operations on ${count} registers, ${unknown} of them of unknown outcome: ${verdict}`,
  );
  if (verdict === "linearizable") await registers.cleanUp();
  else scene.fails(`the history is ${verdict} in ${wrong.join(", ") || "no register for sure"} (${file})`);
}
