// Runs all that must hold: npm test. The last line says how much of it passed and failed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checks, runCheck, runTool } from "../setup/checks.ts";
import { stopStartedEngine } from "../setup/parts/docker-engine.ts";
import { addTally, readTally, type Tally } from "../setup/tally.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "capstone-test-"));
let tally: Tally = { passed: 0, failed: 0, skipped: 0 };
let stopped = false;
process.on("SIGINT", () => (stopped = true)).on("SIGTERM", () => (stopped = true));

// What a run that was killed left of the stack is taken away first, so that this one starts from nothing.
removeTestStack();
// The tests of the stack mostly wait for it, so the others have the processor meanwhile; what they print is shown as a
// piece when they have ended.
const tallies = await Promise.all([runProject("stack", "inherit"), runTheOthers()]);
for (const each of tallies) tally = addTally(tally, each);
if (!removeTestStack()) tally = addTally(tally, { passed: 0, failed: 1, skipped: 0 });
rmSync(scratch, { recursive: true });
if (process.env.CAPSTONE_ENGINE_STARTED) await stopStartedEngine();

if (stopped) console.error("The tests were stopped before their end.");
const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
process.exitCode = tally.failed > 0 || stopped ? 1 : 0;

async function runTheOthers(): Promise<Tally> {
  let others: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) {
    const passed = await runCheck(check, "pipe");
    others = addTally(others, { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });
  }
  for (const project of ["toolchain", "unit", "service"]) {
    others = addTally(others, await runProject(project, "pipe"));
  }
  return others;
}

async function runProject(project: string, output: "inherit" | "pipe"): Promise<Tally> {
  if (stopped) return { passed: 0, failed: 0, skipped: 0 };
  const results = path.join(scratch, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const status = await runTool("vitest", ["run", "--project", project, ...reporters], output);
  return readTally(results, status);
}

/** @returns whether nothing of the stack is left. */
function removeTestStack(): boolean {
  const down = path.join(import.meta.dirname, "down.ts");
  const args = ["--import", path.join(import.meta.dirname, "..", "setup", "person-errors.ts"), down];
  const ended = spawnSync(process.execPath, [...args, "--stack", "test", "--data"], { encoding: "utf8" });
  if (ended.status !== 0)
    console.error(`The stack test could not be removed:\n${ended.stdout}${ended.stderr}`);
  return ended.status === 0;
}
