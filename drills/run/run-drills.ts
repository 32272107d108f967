import type { Drill } from "../drill.ts";
import { writeRunLog } from "../report/run-log.ts";
import { RunningStack } from "../stack/running-stack.ts";
import { seconds } from "../verdict.ts";
import type { DrillCommand } from "./options.ts";
import { type DrillRun, runDrill } from "./run-drill.ts";

const settings = {
  full: { beforeMs: 6_000, afterMs: 4_000, users: 8 },
  short: { beforeMs: 3_000, afterMs: 1_500, users: 6 },
};

/** What `npm test` runs of them. */
const shortDrills = ["app-node-killed", "primary-killed", "proxy-killed"];

/**
 * Runs drills one after the other, says how each went, and takes back what it broke even when it is interrupted.
 * @returns The exit status: 0 when all passed.
 */
export async function runDrills(command: DrillCommand, drills: Map<string, Drill>): Promise<number> {
  const stack = await RunningStack.open(command.stack);
  restoreWhenInterrupted(stack);
  const chosen =
    command.short && command.names.length === 0
      ? [...drills].filter(([name]) => shortDrills.includes(name))
      : [...drills];
  const failed: string[] = [];
  for (const [name, drill] of chosen) {
    const options = { seed: command.seed, ...settings[command.short ? "short" : "full"] };
    const run = await runDrill(stack, name, command.short ? withTimeToSpare(drill) : drill, options);
    console.log(describe(run));
    const log = writeRunLog(stack.name, run, stack.journal.struckAtMs);
    if (run.reasons.length > 0) {
      failed.push(name);
      console.log(`        all that was seen: ${log}`);
    }
  }
  console.log(
    failed.length === 0
      ? `All ${chosen.length} drills passed.`
      : `${failed.length} of ${chosen.length} drills failed: ${failed.join(", ")}.`,
  );
  return failed.length === 0 ? 0 : 1;
}

/** A test asserts what happened, on whatever machine it runs; how long that may take is measured by the full drills. */
function withTimeToSpare(drill: Drill): Drill {
  const { writesPauseMs, readsPauseMs, ...expected } = drill.expected;
  return { ...drill, expected };
}

function restoreWhenInterrupted(stack: RunningStack): void {
  let restoring = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (restoring) return;
      restoring = true;
      console.error("drill: interrupted, ending every fault");
      void stack.restore().then((said) => {
        for (const sentence of said) console.error(`drill: ${sentence}`);
        process.exit(130);
      });
    });
  }
}

/** One line for what passed; what failed has its reasons below. */
function describe({ name, reasons, measures }: DrillRun): string {
  const { clients, stack, whole } = measures;
  const facts = [
    `${clients.failedRequests} of ${clients.operations} requests failed`,
    `writes paused ${seconds(clients.writesPauseMs)}, reads ${seconds(clients.readsPauseMs)}`,
    stack.detected ? `noticed after ${seconds(stack.detected.afterMs)}` : "not noticed",
    ...(stack.newPrimary
      ? [`${stack.newPrimary.node} primary after ${seconds(stack.newPrimary.afterMs)}`]
      : []),
    whole ? `whole after ${seconds(whole.afterStrikeMs)}` : "not whole again",
  ];
  const line = `${reasons.length === 0 ? "passed" : "FAILED"}  ${name}: ${facts.join(", ")}`;
  return [line, ...reasons.map((reason) => `        ${reason}`)].join("\n");
}
