import { readdirSync } from "node:fs";
import { PersonError } from "../../infra/errors.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { Breakage } from "../breakage.ts";
import type { Drill } from "../drill.ts";
import { measuredCommit } from "../report/environment.ts";
import { openResults, saveResults } from "../report/record.ts";
import type { BreakageResult } from "../report/results.ts";
import { describe } from "./describe.ts";
import type { DrillCommand } from "./options.ts";
import { runDrill } from "./run-drill.ts";

const folder = new URL("../breakages/", import.meta.url);

/** Every setting that can be broken on purpose, by its file's name. */
export async function loadBreakages(): Promise<Map<string, Breakage>> {
  const breakages = new Map<string, Breakage>();
  for (const file of readdirSync(folder).toSorted()) {
    const { breakage } = (await import(new URL(file, folder).href)) as { breakage: Breakage };
    breakages.set(file.replace(/\.ts$/, ""), breakage);
  }
  return breakages;
}

/** @throws PersonError for an unknown name; `all` is every one. */
export function chooseBreakages(breakages: Map<string, Breakage>, name: string): Map<string, Breakage> {
  if (name === "all") return breakages;
  const breakage = breakages.get(name);
  if (!breakage) {
    throw new PersonError(
      `There is no setting "${name}" to break; there are ${[...breakages.keys()].join(", ")} and all.`,
    );
  }
  return new Map([[name, breakage]]);
}

/**
 * Breaks each setting, runs the drill that has to detect it, and undoes it.
 * @returns The names of those that were not detected.
 */
export async function runBreakages(
  stack: RunningStack,
  command: DrillCommand,
  breakages: Map<string, Breakage>,
  drills: Map<string, Drill>,
): Promise<string[]> {
  const results = command.record ? await openResults(stack) : undefined;
  const missed: string[] = [];
  for (const [name, breakage] of breakages) {
    const result = await runBreakage(stack, command, name, breakage, drills);
    if (!result.caught) missed.push(name);
    if (results) {
      results.breakages[name] = result;
      saveResults(results);
    }
  }
  return missed;
}

async function runBreakage(
  stack: RunningStack,
  { seed }: DrillCommand,
  name: string,
  breakage: Breakage,
  drills: Map<string, Drill>,
): Promise<BreakageResult> {
  const drill = drills.get(breakage.drill);
  if (!drill)
    throw new Error(`The breakage ${name} names the drill ${breakage.drill}, which does not exist.`);
  console.log(`broken on purpose: ${name}. ${breakage.description}`);
  const options = { seed, beforeMs: 4_000, afterMs: 2_000, users: 8, breakage };
  const run = await runDrill(stack, breakage.drill, drill, options);
  console.log(describe(run));
  const reasons = run.reasons.filter((reason) => breakage.caughtBy.test(reason));
  const caught = reasons.length > 0;
  console.log(
    caught ? `${name} was caught by ${breakage.drill}.` : `${name} was NOT CAUGHT by ${breakage.drill}.`,
  );
  const { description, drill: drillName } = breakage;
  return { description, drill: drillName, commit: measuredCommit(), caught, reasons: reasons.map(shortened) };
}

/** Without the examples: they name accounts that are removed by then. */
function shortened(reason: string): string {
  return reason.split(":")[0] ?? reason;
}
