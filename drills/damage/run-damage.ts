import { PersonError } from "../../infra/errors.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Scene } from "../drill.ts";
import { StatusWatch } from "../observe/status-watch.ts";
import { recordDamage } from "../report/damage-results.ts";
import { loadAverage, measuredCommit } from "../report/environment.ts";
import type { DrillCommand } from "../run/options.ts";
import { runDrill } from "../run/run-drill.ts";
import { seconds } from "../verdict.ts";
import { damageCases } from "./cases.ts";
import { asTyped, runCommand } from "./command.ts";
import { caseName, type DamageCase, type DamageResult } from "./damage.ts";

const settings = { beforeMs: 3_000, afterMs: 2_000, users: 4 };
const noticeMs = 5 * 60_000;
/** After that, what does not show by itself was mended before anybody looked. */
const lookMs = 30_000;
/** A part that remakes itself begins after two minutes. */
const mendMs = 6 * 60_000;

type Course = Pick<DamageResult, "noticedAfterMs" | "noticedBy" | "mendedBy" | "mendedAfterMs" | "reasons">;

/**
 * Damages one part after the other and measures who notices, what mends it and what clients see.
 * @returns The names of the cases that failed.
 */
export async function runDamage(stack: RunningStack, command: DrillCommand): Promise<string[]> {
  const failed: string[] = [];
  for (const one of chooseCases(command.names)) {
    const result = await measure(stack, one, command.seed);
    console.log(describe(result));
    if (result.reasons.length > 0) failed.push(caseName(one));
    if (command.record) recordDamage(result);
  }
  return failed;
}

/** @throws PersonError for an unknown name. */
export function chooseCases(names: string[]): DamageCase[] {
  if (names.length === 0) return damageCases;
  return names.map((name) => {
    const one = damageCases.find((damageCase) => caseName(damageCase) === name);
    if (!one)
      throw new PersonError(
        `There is no damage "${name}"; there are ${damageCases.map(caseName).join(", ")}.`,
      );
    return one;
  });
}

async function measure(stack: RunningStack, one: DamageCase, seed: number): Promise<DamageResult> {
  const load = loadAverage();
  const course: Course = { reasons: [] };
  const inject = (scene: Scene) => damageAndMend(scene, one, course);
  const { part, damage, description, prepare } = one;
  const run = await runDrill(
    stack,
    caseName(one),
    { description, ...(prepare && { prepare }), inject, expected: { recoveryMs: mendMs }, soak: false },
    { seed, ...settings },
  );
  const { clients, differences, stack: seen } = run.measures;
  if (course.noticedAfterMs === undefined && seen.detected) {
    course.noticedAfterMs = seen.detected.afterMs;
    course.noticedBy = seen.detected.what;
  }
  if (course.noticedAfterMs === undefined) course.reasons.push("nothing noticed it");
  return {
    part,
    damage,
    description,
    measuredAt: run.startedAt,
    commit: measuredCommit(),
    loadAverage: load,
    ...course,
    failedRequests: clients.failedRequests,
    operations: clients.operations,
    lost: differences.lost.length,
    reasons: [...course.reasons, ...run.reasons],
  };
}

async function damageAndMend(scene: Scene, one: DamageCase, course: Course): Promise<void> {
  const { stack } = scene;
  const watch = new StatusWatch(stack);
  try {
    await watch.untilHealthy(60_000);
    watch.first = undefined;
    await one.inject(scene);
    const { injectedAtMs } = stack.journal;
    const firstLook = watch.untilHealthy(lookMs);
    await notice(stack.name, one, course, watch, injectedAtMs);
    if (one.mend) await mend(stack.name, one.mend, course);
    const endsAtMs = Date.now() + mendMs;
    const { isMended } = one;
    if (isMended) await scene.until(() => isMended(scene), mendMs);
    const unseen = !watch.first && !one.mend && !one.isMended;
    const healthyAtMs = unseen
      ? await firstLook
      : await watch.untilHealthy(Math.max(10_000, endsAtMs - Date.now()));
    if (healthyAtMs !== undefined && Date.now() < endsAtMs) course.mendedAfterMs = healthyAtMs - injectedAtMs;
    else course.reasons.push(`not mended within ${mendMs / 60_000} minutes: ${watch.latest?.join("; ")}`);
    await one.cleanUp?.(scene);
  } finally {
    await watch.stop();
  }
}

/** By status, or by the command that meets the damage. */
async function notice(
  stack: string,
  { provoke, isMended }: DamageCase,
  course: Course,
  watch: StatusWatch,
  injectedAtMs: number,
): Promise<void> {
  if (provoke) {
    const { status } = await runCommand(stack, provoke);
    if (!watch.first && status !== 0) {
      course.noticedAfterMs = Date.now() - injectedAtMs;
      course.noticedBy = asTyped(provoke);
      return;
    }
  }
  if (await watch.untilNoticed(provoke ? 0 : isMended ? noticeMs : lookMs)) {
    course.noticedAfterMs = (watch.first?.atMs ?? 0) - injectedAtMs;
    course.noticedBy = `status: ${watch.first?.sentence}`;
  }
}

async function mend(stack: string, command: NonNullable<DamageCase["mend"]>, course: Course): Promise<void> {
  course.mendedBy = asTyped(command);
  const { status, standardError } = await runCommand(stack, command);
  if (status !== 0)
    course.reasons.push(
      `${asTyped(command)} ended with ${status}: ${standardError.trim().split("\n").at(-1)}`,
    );
}

function describe(result: DamageResult): string {
  const { noticedAfterMs, noticedBy, mendedBy, mendedAfterMs, failedRequests, operations, lost, reasons } =
    result;
  const facts = [
    noticedAfterMs === undefined ? "not noticed" : `noticed after ${seconds(noticedAfterMs)} (${noticedBy})`,
    `mended by ${mendedBy ?? "itself"} ${mendedAfterMs === undefined ? "not in time" : `after ${seconds(mendedAfterMs)}`}`,
    `${failedRequests} of ${operations} requests failed`,
    `${lost} writes lost`,
  ];
  const line = `${reasons.length === 0 ? "passed" : "FAILED"}  ${caseName(result)}: ${facts.join(", ")}`;
  return [line, ...reasons.map((reason) => `        ${reason}`)].join("\n");
}
