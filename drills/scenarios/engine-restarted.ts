import { EngineProcess } from "../../running-stack/engine-process.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Drill } from "../drill.ts";

export const drill: Drill = {
  description: "The Docker engine is stopped, with every container, and started again.",
  refusal,
  async inject({ stack }) {
    const engine = EngineProcess.find();
    if (!engine) throw new Error("The Docker engine is no process of this machine.");
    await stack.journal.note("inject", "the engine: stopped", async () => {
      stack.undoLater(() => engine.start());
      await engine.stop();
    });
    await stack.journal.note("clear", "the engine: started", () => engine.start());
  },
  expected: { writesPauseMs: 75_000, alsoMonitoring: true, recoveryMs: 120_000 },
  soak: false,
};

/** Whatever else runs there would be stopped as well. */
async function refusal({ engine, name }: RunningStack): Promise<string | undefined> {
  const containers = await engine.listContainers();
  const others = containers.filter(({ Labels }) => Labels["capstone.stack"] !== name);
  if (others.length > 0) {
    const some = others.slice(0, 3).map(({ Names }) => (Names[0] ?? "").slice(1));
    return `The Docker engine runs ${others.length} containers that are not of the stack ${name} and would be stopped with it (${some.join(", ")}).`;
  }
  return EngineProcess.find()
    ? undefined
    : "The Docker engine is no process of this machine that this user may stop and start.";
}
