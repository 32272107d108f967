import type { RunningStack } from "../../running-stack/running-stack.ts";

const file = "/run/drills/drill.prom";

/**
 * Tells those who watch which drill runs, so that its faults are marked on the dashboards. A stack that nobody watches
 * is not told.
 * @param drill Undefined when none runs any more.
 */
export async function announce(stack: RunningStack, drill: string | undefined): Promise<void> {
  const exporter = stack.parts("exporter").find(({ state }) => state.node === 2);
  const line = drill === undefined ? "" : `capstone_drill_running{drill="${drill.replaceAll('"', "")}"} 1`;
  await exporter?.run(["sh", "-c", `echo '${line.replaceAll("'", "")}' >${file}`]).catch(() => undefined);
}
