// Runs all that must hold: npm test. The last line says how much of it passed and failed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checks, runCheck, runTool } from "../setup/checks.ts";
import { stopStartedEngine } from "../setup/parts/docker-engine.ts";
import { addTally, readTally, type Tally } from "../setup/tally.ts";

const projects = ["unit", "service", "stack"];
const scratch = mkdtempSync(path.join(tmpdir(), "capstone-test-"));
let tally: Tally = { passed: 0, failed: 0, skipped: 0 };
let stopped = false;
process.on("SIGINT", () => (stopped = true)).on("SIGTERM", () => (stopped = true));

// What a run that was killed left of the stack is taken away first, so that this one starts from nothing.
removeTestStack();
for (const check of checks) {
  const passed = await runCheck(check);
  tally = addTally(tally, { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });
}
for (const project of projects) {
  if (stopped) break;
  const results = path.join(scratch, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const status = await runTool("vitest", ["run", "--project", project, ...reporters]);
  tally = addTally(tally, readTally(results, status));
}
if (!removeTestStack()) tally = addTally(tally, { passed: 0, failed: 1, skipped: 0 });
rmSync(scratch, { recursive: true });
if (process.env.CAPSTONE_ENGINE_STARTED) await stopStartedEngine();

if (stopped) console.error("The tests were stopped before their end.");
const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
process.exitCode = tally.failed > 0 || stopped ? 1 : 0;

/** @returns whether nothing of the stack is left. */
function removeTestStack(): boolean {
  const down = path.join(import.meta.dirname, "down.ts");
  const args = ["--import", path.join(import.meta.dirname, "..", "setup", "person-errors.ts"), down];
  const ended = spawnSync(process.execPath, [...args, "--stack", "test", "--data"], { encoding: "utf8" });
  if (ended.status !== 0)
    console.error(`The stack test could not be removed:\n${ended.stdout}${ended.stderr}`);
  return ended.status === 0;
}
