import { PersonError } from "../../infra/errors.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Drill } from "../drill.ts";
import { measuredCommit } from "../report/environment.ts";
import type { DrillCommand } from "../run/options.ts";
import { runDrill } from "../run/run-drill.ts";
import { seconds } from "../verdict.ts";
import { type AlertDrillResult, recordAlertDrill } from "./alert-results.ts";
import { AlertWatch } from "./alert-watch.ts";
import { type ExpectedAlert, expectedAlerts } from "./expected-alerts.ts";
import { defaultQuietMinutes, quietDrill, quietName } from "./quiet.ts";
import { WatchedScene } from "./watched-scene.ts";

const load = { beforeMs: 3_000, afterMs: 1_000, users: 4 };
/** FailoverHappened covers two minutes. */
const clearsWithinMs = 200_000;

/**
 * Keeps each fault until its alert fires, lets the stack recover, and waits until the alert has cleared. `quiet` injects
 * no fault.
 * @returns The names of the drills whose alert did not fire, fired late, or did not clear.
 * @throws PersonError for a drill without an alert, and for a stack without monitoring.
 */
export async function runAlertDrills(
  stack: RunningStack,
  command: DrillCommand,
  drills: Map<string, Drill>,
): Promise<string[]> {
  const names = command.names.length > 0 ? command.names : Object.keys(expectedAlerts);
  const alertsUrl = stack.outputs.monitoring.alertsUrl;
  if (!alertsUrl)
    throw new PersonError(`The stack ${stack.name} has no monitoring: capstone:monitoring is false.`);
  const chosen = names.map((name) => {
    if (name === quietName) return { name, ...quietDrill(command.soak.minutes ?? defaultQuietMinutes) };
    const [drill, expected] = [drills.get(name), expectedAlerts[name]];
    if (!drill || !expected) {
      throw new PersonError(
        `The drill "${name}" has no alert; allowed are ${[...Object.keys(expectedAlerts), quietName].join(", ")}.`,
      );
    }
    return { name, drill, expected };
  });
  const failed: string[] = [];
  for (const { name, drill, expected } of chosen) {
    const result = await runAlertDrill(stack, command.seed, alertsUrl, name, drill, expected);
    console.log(describe(name, result));
    if (result.reasons.length > 0) failed.push(name);
    if (command.record) recordAlertDrill(name, result);
  }
  console.log(
    failed.length === 0
      ? `All ${chosen.length} alerts came and went.`
      : `${failed.length} of ${chosen.length} alert drills failed: ${failed.join(", ")}.`,
  );
  return failed;
}

async function runAlertDrill(
  stack: RunningStack,
  seed: number,
  alertsUrl: string,
  name: string,
  drill: Drill,
  expected: ExpectedAlert,
): Promise<AlertDrillResult> {
  const watch = new AlertWatch(alertsUrl);
  try {
    // Alerts of earlier faults clear first.
    await watch.until(() => watch.quiet, clearsWithinMs);
    watch.seen.clear();
    const watched: Drill = {
      ...drill,
      inject: async (scene) => {
        await drill.inject(new WatchedScene(scene, watch, expected));
        await watch.until(() => watch.saw(expected.alert), expected.withinMs);
      },
      // Pauses are what the drills without alerts measure.
      expected: { recoveryMs: 150_000 },
    };
    const { measures, startedAt } = await runDrill(stack, name, watched, { ...load, seed });
    const { injectedAtMs, lastActionAtMs } = stack.journal;
    if (watch.saw(expected.alert)) await watch.until(() => !watch.fires(expected.alert), clearsWithinMs);
    const seen = watch.seen.get(expected.alert ?? "");
    const otherAlerts = [...watch.seen.keys()].filter((other) => other !== expected.alert).toSorted();
    const firedAfterMs = seen ? seen.firstMs - injectedAtMs : null;
    const clearedAfterMs = seen?.clearedMs ? Math.max(0, seen.clearedMs - lastActionAtMs) : null;
    return {
      alert: expected.alert,
      description: drill.description,
      measuredAt: startedAt,
      commit: measuredCommit(),
      allowedMs: expected.withinMs,
      firedAfterMs,
      clearedAfterMs,
      otherAlerts,
      lostWrites: measures.differences.lost.length,
      reasons:
        expected.alert === null
          ? otherAlerts.map((other) => `${other} was raised, and should not have been`)
          : reasonsOf(firedAfterMs, clearedAfterMs, expected),
    };
  } finally {
    await watch.stop();
  }
}

function reasonsOf(
  firedAfterMs: number | null,
  clearedAfterMs: number | null,
  expected: ExpectedAlert,
): string[] {
  if (firedAfterMs === null) return [`${expected.alert} was not raised`];
  const reasons = [];
  if (firedAfterMs > expected.withinMs) {
    reasons.push(
      `${seconds(firedAfterMs)} until ${expected.alert}, allowed are ${seconds(expected.withinMs)}`,
    );
  }
  if (clearedAfterMs === null) reasons.push(`${expected.alert} still fires ${seconds(clearsWithinMs)} later`);
  return reasons;
}

function describe(name: string, result: AlertDrillResult): string {
  const { alert, firedAfterMs, clearedAfterMs, otherAlerts, reasons } = result;
  const facts = [
    ...(alert === null
      ? []
      : [
          firedAfterMs === null ? `${alert} never` : `${alert} after ${seconds(firedAfterMs)}`,
          clearedAfterMs === null ? "not over" : `over ${seconds(clearedAfterMs)} after the fault was`,
        ]),
    otherAlerts.length > 0 ? `also ${otherAlerts.join(", ")}` : "no other alert",
  ];
  const line = `${reasons.length === 0 ? "passed" : "FAILED"}  ${name}: ${facts.join(", ")}`;
  return [line, ...reasons.map((reason) => `        ${reason}`)].join("\n");
}
