// Runs every check and test: the last line counts what passed and failed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checks, type Place, runCheck, runTool } from "../checks.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { readTally, sum, type Tally, tallyOf } from "../tally.ts";
import { engineWasStarted, stopStartedEngine } from "../toolchain/parts/docker-engine.ts";

readCommandLine(commands.test, process.argv.slice(2));
const scratch = mkdtempSync(path.join(tmpdir(), "capstone-test-"));
const tallies: Tally[] = [];
let stopped = false;
process.on("SIGINT", () => (stopped = true)).on("SIGTERM", () => (stopped = true));

// Removes what a killed run left of the stack, so that this one starts clean.
removeTestStack();
// The stack's tests mostly wait; the others use the processor meanwhile.
await Promise.all([runProject("stack", "alone"), runTheOthers()]);
if (!removeTestStack()) tallies.push(tallyOf(false));
rmSync(scratch, { recursive: true });
if (engineWasStarted()) await stopStartedEngine();

if (stopped) console.error("The tests were interrupted.");
const { passed, failed, skipped } = sum(tallies);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || stopped ? 1 : 0;

async function runTheOthers(): Promise<void> {
  for (const check of checks) tallies.push(tallyOf(await runCheck(check, "beside")));
  for (const project of ["toolchain", "unit", "service"]) await runProject(project, "beside");
}

async function runProject(project: string, place: Place): Promise<void> {
  if (stopped) return;
  const results = path.join(scratch, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const status = await runTool("vitest", ["run", "--project", project, ...reporters], place);
  tallies.push(readTally(results, status));
}

/** @returns Whether the stack was removed completely. */
function removeTestStack(): boolean {
  const down = path.join(import.meta.dirname, "down.ts");
  const args = ["--import", path.join(import.meta.dirname, "..", "person-errors.ts"), down];
  const ended = spawnSync(process.execPath, [...args, "--stack", "test", "--data"], { encoding: "utf8" });
  if (ended.status !== 0)
    console.error(`The stack test could not be removed:\n${ended.stdout}${ended.stderr}`);
  return ended.status === 0;
}
