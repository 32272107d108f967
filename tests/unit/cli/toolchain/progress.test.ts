import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Progress } from "../../../../cli/toolchain/progress.ts";
import { scratchHome } from "./scratch.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const said = () => vi.mocked(console.error).mock.calls.flat();

/** Set-up that gets two parts; the build of one says how far it is. */
function setUp(progress: Progress): void {
  progress.begin(["Pulumi", "Docker engine"], 200);
  progress.start("Pulumi", "building from Go modules", 180);
  progress.start("Docker engine", "starting dockerd");
  vi.advanceTimersByTime(4_000);
  progress.end("Docker engine", "started dockerd");
  progress.reach("Pulumi", "412 of 1739 packages");
  vi.advanceTimersByTime(12_000);
  progress.end("Pulumi", "built 3.259.0");
  progress.finish(["Pulumi", "Docker engine"]);
}

it("says in plain lines what is done, how far it is, how long it takes, and how long it took the last time", () => {
  scratchHome();
  setUp(new Progress({ write: () => expect.fail("Only a terminal is repainted.") }));
  expect(said()).toEqual([
    "set-up: missing: 2 parts, about 3 min 20 s",
    "set-up: Pulumi: building from Go modules, about 3 min",
    "set-up: Docker engine: starting dockerd",
    "set-up: Docker engine: started dockerd (4 s)",
    "set-up: 15 s; Pulumi: 412 of 1739 packages, 15 s of about 3 min",
    "set-up: Pulumi: built 3.259.0 (16 s)",
    "set-up: done in 16 s",
  ]);
  vi.mocked(console.error).mockClear();
  setUp(new Progress({ write: () => {} }));
  expect(said().slice(0, 3)).toEqual([
    "set-up: missing: 2 parts, 16 s last time",
    "set-up: Pulumi: building from Go modules, 16 s last time",
    "set-up: Docker engine: starting dockerd, 4 s last time",
  ]);
});

it("keeps one line of a terminal up to date, no longer than the terminal is wide", () => {
  scratchHome();
  let written = "";
  setUp(new Progress({ isTTY: true, columns: 50, write: (text) => (written += text) }));
  const painted = written.split("\r\u001b[K");
  expect(painted).toContain("set-up: 10 s; Pulumi: 412 of 1739 packages, 10 s ");
  expect(painted.at(-1)).toBe("");
  expect(said().join()).not.toContain("412 of");
});
