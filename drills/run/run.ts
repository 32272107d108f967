import { RunningStack } from "../../running-stack/running-stack.ts";
import { runAlertDrills } from "../alerts/run-alert-drills.ts";
import { runDamage } from "../damage/run-damage.ts";
import type { Drill } from "../drill.ts";
import { runEmergencies } from "../emergencies/run-emergencies.ts";
import { runLosable } from "../losable/run-losable.ts";
import { chooseDrills, loadDrills } from "../registry.ts";
import { openResults, saveResults, writeDocuments } from "../report/record.ts";
import { Watch } from "../watch/watch.ts";
import { list } from "./list.ts";
import type { DrillCommand } from "./options.ts";
import { chooseBreakages, loadBreakages, runBreakages } from "./run-breakages.ts";
import { runDrills } from "./run-drills.ts";
import { soak } from "./soak.ts";

/** What `everything` draws in its soak. */
const everythingFaults = 200;

/**
 * Does what the command line says.
 * @param show Gets the live page's address, where there is one.
 * @returns The exit status: 0 when all passed.
 */
export async function run(command: DrillCommand, show: (address: string) => void): Promise<number> {
  const drills = await loadDrills();
  // Alert drills have one more name, quiet, without a fault; emergencies and damage have names of their own.
  const namesDrills = command.task === "drills" && !command.alerts;
  const chosen = namesDrills ? chooseDrills(drills, command.names) : drills;
  const broken =
    command.break === undefined ? undefined : chooseBreakages(await loadBreakages(), command.break);
  if (command.task === "list") {
    console.log(list(drills));
    return 0;
  }
  if (command.task === "write-docs") {
    writeDocuments();
    return 0;
  }
  const stack = await RunningStack.open(command.stack);
  restoreWhenInterrupted(stack);
  if (command.task === "heal") {
    console.log((await stack.restore()).join("\n") || "Nothing to repair.");
    return 0;
  }
  if (command.alerts) return (await runAlertDrills(stack, command, drills)).length === 0 ? 0 : 1;
  if (command.task === "everything") return everything(stack, command, drills);
  if (command.task === "damage") return runDamageDrills(stack, command);
  if (command.task === "soak") return runSoak(stack, command, drills);
  if (command.task === "emergencies") return (await runEmergencies(stack, command)).length === 0 ? 0 : 1;
  if (command.task === "losable") return (await runLosable(stack, drills, command)).length === 0 ? 0 : 1;
  if (broken) {
    // A broken setting that is caught is a drill that failed.
    const missed = await runBreakages(stack, command, broken, drills);
    return missed.length < broken.size ? 1 : 0;
  }
  const watch = command.watch ? await Watch.start() : undefined;
  if (watch) show(watch.address);
  const failed = await runDrills(stack, command, chosen, watch).finally(() => watch?.end());
  return failed.length === 0 ? 0 : 1;
}

async function everything(
  stack: RunningStack,
  command: DrillCommand,
  drills: Map<string, Drill>,
): Promise<number> {
  const failed = await runDrills(stack, command, drills);
  const missed = await runBreakages(stack, command, await loadBreakages(), drills);
  const bounds = { count: command.soak.count ?? everythingFaults, minutes: command.soak.minutes };
  const status = await runSoak(stack, { ...command, soak: bounds }, drills);
  return failed.length + missed.length + status === 0 ? 0 : 1;
}

async function runSoak(
  stack: RunningStack,
  command: DrillCommand,
  drills: Map<string, Drill>,
): Promise<number> {
  const result = await soak(stack, drills, command);
  const { faults, lost, twice, acknowledgedWrites, reasons, seed, minutes } = result;
  console.log(
    `soak: ${faults} faults in ${minutes} minutes with seed ${seed}: ${acknowledgedWrites} writes acknowledged, ${lost} lost, ${twice} done twice.`,
  );
  for (const reason of reasons) console.log(`        ${reason}`);
  if (command.record) saveResults({ ...(await openResults(stack)), soak: result });
  return reasons.length === 0 ? 0 : 1;
}

async function runDamageDrills(stack: RunningStack, command: DrillCommand): Promise<number> {
  const failed = await runDamage(stack, command);
  if (command.record) writeDocuments();
  return failed.length === 0 ? 0 : 1;
}

/** Ctrl-C clears every fault before we exit. */
export function restoreWhenInterrupted(stack: RunningStack): void {
  let restoring = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (restoring) return;
      restoring = true;
      console.error("drill: interrupted, clearing every fault");
      void stack.restore().then((said) => {
        for (const sentence of said) console.error(`drill: ${sentence}`);
        process.exit(130);
      });
    });
  }
}
