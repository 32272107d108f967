import { readFileSync } from "node:fs";
import path from "node:path";
import { readResults } from "../../drills/report/results.ts";
import { checkPolicy } from "../../infra/policy/check.ts";
import { collectResourceGraph } from "../../infra/policy/resource-graph/collect.ts";
import { runProgram } from "../../infra/policy/resource-graph/program.ts";
import { readStackConfig } from "../../infra/policy/resource-graph/stack-config.ts";
import { deployedMigration, parseEvents } from "./events.ts";
import { pendingMigrations } from "./pending-migrations.ts";
import { lintMigrations } from "./squawk.ts";
import type { PreviewFacts } from "./summary.ts";

/** What is known besides the engine's events. */
export type Given = Pick<PreviewFacts, "stack" | "target" | "status" | "failure" | "allowed">;

/** Reads what the engine wrote into the file of its events, and asks the rest: the rules, the migrations, the drills. */
export async function gatherFacts(eventLog: string, given: Given): Promise<PreviewFacts> {
  const events = parseEvents(readFileSync(eventLog, "utf8"));
  // Without the stack's own event the program did not run, so nothing is known of its database.
  const ran = events.some(({ resourcePreEvent }) => resourcePreEvent !== undefined);
  const migrations = ran ? await pendingMigrations(deployedMigration(events)) : [];
  return {
    ...given,
    events,
    migrations,
    findings: await lintMigrations(migrations).catch(reason),
    violations: await brokenRules(given.stack).catch(reason),
    drills: readResults()?.drills ?? {},
  };
}

/** The rules over the stack's resource graph: what a preview knows too late, such as an id, is a reference there. */
async function brokenRules(fullName: string): Promise<string[]> {
  // In Pulumi Cloud an organization and a project may precede it.
  const stack = path.basename(fullName);
  const { resources } = await collectResourceGraph(runProgram, { stack, ...readStackConfig(stack) });
  return checkPolicy(resources).violations.map(
    ({ rule, resource, detail }) => `${rule.id}: ${resource} ${detail}. ${rule.sentence}`,
  );
}

function reason(error: Error): string {
  return error.message.split("\n")[0] ?? "";
}
