import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cacheDirectory } from "../../infra/directories.mjs";

/** How long each piece of set-up's work took last time on this machine, in seconds. */
const file = () => cacheDirectory("durations.json");

function read(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file(), "utf8"));
  } catch {
    return {};
  }
}

/** @param work as in "Pulumi: building from Go modules" */
export function lastSeconds(work: string): number | undefined {
  return read()[work];
}

export function rememberSeconds(work: string, seconds: number): void {
  const next = `${file()}.${process.pid}`;
  try {
    mkdirSync(path.dirname(file()), { recursive: true });
    writeFileSync(next, `${JSON.stringify({ ...read(), [work]: seconds }, null, 2)}\n`);
    renameSync(next, file());
  } catch {
    // It is an estimate for the next time, and no reason to fail now.
  }
}
