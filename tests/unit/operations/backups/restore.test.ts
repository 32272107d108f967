import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { describe as about, expect, it } from "vitest";
import { commands } from "../../../../cli/command-line/commands.mjs";
import { readCommandLine } from "../../../../cli/command-line/read.mjs";
import { projectRoot } from "../../../../infra/project.ts";
import { describe, duration, lostRows } from "../../../../operations/backups/describe.ts";
import { readTarget, readTimeline } from "../../../../operations/backups/options.ts";
import { requireDocker } from "../../../../running-stack/containers.ts";
import { scratchHome } from "../../cli/toolchain/scratch.ts";

const execute = promisify(execFile);

about("the backup program of the images", () => {
  it("passes its own tests", async () => {
    const { stderr } = await execute("python3", [path.join(import.meta.dirname, "test_backups.py")]);
    expect(stderr).toMatch(/Ran \d\d tests[\s\S]*OK/);
  });
});

about("the command line of a restore", () => {
  it("takes latest, a moment with its zone, and one of this machine's", () => {
    expect(readTarget("latest")).toBe("latest");
    expect(readTarget("2026-01-31T12:00:00+02:00")).toBe("2026-01-31T10:00:00.000Z");
    expect(readTarget("2026-01-31 12:00:00")).toBe(new Date(2026, 0, 31, 12).toISOString());
  });

  it.each([undefined, "", "yesterday", "2026-01-31", "1", "2026-13-31T12:00:00Z"])("refuses %j", (text) => {
    expect(() => readTarget(text)).toThrow(/allowed are latest or a time like 2026-01-31T12:00:00Z/);
  });

  it("refuses a timeline that is none, and options that nobody knows", () => {
    expect(readTimeline(undefined)).toBeUndefined();
    expect(readTimeline("3")).toBe(3);
    expect(() => readTimeline("0")).toThrow('--timeline is "0"');
    expect(() => readCommandLine(commands.restore, ["--too", "latest"])).toThrow(
      /--too.*; did you mean --to\? allowed are --help, --stack NAME, --to TIME,/,
    );
    expect(readCommandLine(commands.restore, ["--stack", "test", "--to", "latest"])).toMatchObject({
      stack: "test",
      values: { to: "latest" },
    });
  });
});

about("on AWS", () => {
  it("each command says what does its work there, and touches nothing", () => {
    scratchHome();
    expect(() => requireDocker("prod")).toThrow(
      /^The stack prod runs on AWS: RDS and AWS Backup .*; see docs\/aws\.md, "Backups and restores"\.$/,
    );
    expect(() => requireDocker("prod", "rotate")).toThrow(/docs\/aws\.md, "A new version"/);
    requireDocker("test");
    const document = readFileSync(path.join(projectRoot, "docs/aws.md"), "utf8");
    for (const heading of ["Backups and restores", "A new version"])
      expect(document).toContain(`\n## ${heading}\n`);
  });
});

about("what a restore says", () => {
  const stoppedAt = new Date("2026-01-31T12:05:00Z");
  const target = new Date("2026-01-31T12:00:00Z");

  it("names the tables that have lost rows, and the span", () => {
    expect(lostRows({ accounts: 12, posts: 50 }, { accounts: 10, posts: 50 }, target, stoppedAt)).toBe(
      "What was written in the 5 min 0 s from then to 2026-01-31 12:05:00.000 UTC is undone; rows before and now: accounts 12 → 10.",
    );
    expect(lostRows({ posts: 1 }, { posts: 1 }, undefined, stoppedAt)).toBe(
      "Nothing that was archived is lost; rows before and now: the same in every table.",
    );
  });

  it("says how to take the restore back", () => {
    const lines = describe({
      stack: "dev",
      plan: {
        backup: "20260131-110000F",
        databaseBytes: 1,
        timeline: 4,
        target: "2026-01-31 12:00:00+00:00",
      },
      restored: { lastCommit: "x", replayedTo: "0/1", timeline: 5, recoverSeconds: 2 },
      copySeconds: 1,
      askedAt: new Date("2026-01-31T12:04:58Z"),
      stoppedAt,
      endedAt: new Date("2026-01-31T12:05:02Z"),
      backAt: new Date("2026-01-31T12:05:20Z"),
      redundantAt: new Date("2026-01-31T12:05:29.5Z"),
      before: undefined,
      after: {},
    });
    expect(lines.join("\n")).toContain(
      "It served again after 22.0 s, 20.0 s of them without a database; the files of backup 20260131-110000F took 1 s, the log after it 2 s.",
    );
    expect(lines.join("\n")).toContain("followed it 9.5 s later.");
    expect(lines.at(-1)).toBe(
      "The way back: npm run restore -- --stack dev --to 2026-01-31T12:05:02.000Z --timeline 4",
    );
  });

  it.each([
    [4_000, "4 s"],
    [61_000, "1 min 1 s"],
    [3_600_000 * 26, "26 h 0 min"],
    [-5, "0 s"],
  ])("writes %i ms as %s", (spanMs, text) => expect(duration(spanMs)).toBe(text));
});
