import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Breakage } from "../breakage.ts";

export const breakage: Breakage = {
  description: "Patroni's synchronous_mode is off: a commit waits for no standby.",
  drill: "primary-cut-off",
  caughtBy: /acknowledged writes were lost/,
  missing: "no standby is synchronous",
  async apply(stack) {
    stack.undoLater(() => setSynchronousMode(stack, true));
    await setSynchronousMode(stack, false);
  },
};

async function setSynchronousMode(stack: RunningStack, on: boolean): Promise<void> {
  const edit = ["patronictl", "-c", "/run/patroni/patroni.yml", "edit-config", "--force"];
  await stack.part("database").run([...edit, "--set", `synchronous_mode=${on}`]);
  // Each node takes the change in its next loop.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
}
