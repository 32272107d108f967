import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished, vi } from "vitest";

/** A folder that is gone after the test. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "capstone-unit-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A home whose cache and data are the test's own. */
export function scratchHome(): string {
  const home = scratchDirectory();
  vi.stubEnv("XDG_CACHE_HOME", path.join(home, "cache"));
  vi.stubEnv("XDG_DATA_HOME", path.join(home, "data"));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return home;
}

/**
 * Puts programs of the test's own before all others; each is a shell script that also writes down its arguments.
 * @param only whether there are no other programs at all
 * @returns reads the calls so far, as in "docker ps --all"
 */
export function fakePrograms(scripts: Record<string, string>, only = false): () => string[] {
  const directory = scratchDirectory();
  const bin = path.join(directory, "bin");
  const calls = path.join(directory, "calls");
  mkdirSync(bin);
  writeFileSync(calls, "");
  for (const [name, script] of Object.entries(scripts)) {
    const file = path.join(bin, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>'${calls}'\n${script}\n`);
    chmodSync(file, 0o755);
  }
  vi.stubEnv("PATH", only ? bin : `${bin}:${process.env.PATH}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return () => readFileSync(calls, "utf8").split("\n").filter(Boolean);
}
