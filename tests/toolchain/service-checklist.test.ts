import { describe, expect, it } from "vitest";
import type { ServiceExamination } from "../../cli/service-checklist/examination.ts";
import { lineNames } from "../../cli/service-checklist/line.ts";
import { projectRoot } from "../../infra/project.ts";
import { run } from "../stack/support.ts";

/** Everything that may take its time on a busy machine; nothing is said of how long it takes. */
const timeoutMs = 540_000;

async function examine(
  folder: string,
): Promise<{ examination: ServiceExamination; exitCode: number | null }> {
  const args = ["cli/start.mjs", "doctor", "--service", folder, "--json"];
  const { stdout, stderr, exitCode } = await run("node", args, { cwd: projectRoot, timeoutMs });
  expect(stdout, stderr).toMatch(/^\{/);
  return { examination: JSON.parse(stdout), exitCode };
}

describe.concurrent("the checklist", () => {
  it("finds nothing wrong with the Flask example", { timeout: timeoutMs }, async () => {
    const { examination, exitCode } = await examine("examples/flask");
    const others = examination.lines.filter(({ state }) => state !== "ok");
    expect(others).toEqual([]);
    expect(examination.lines.map(({ name }) => name)).toEqual([...lineNames]);
    expect(exitCode).toBe(0);
  });

  it("names each of five faults", { timeout: timeoutMs }, async () => {
    const { examination, exitCode } = await examine("tests/toolchain/faulty-service");
    const faults = examination.lines.filter(({ state }) => state === "fault");
    expect(Object.fromEntries(faults.map(({ name, found }) => [name, found]))).toEqual({
      "newest migration": expect.stringMatching(
        /^its last line was "migrated at \d+", and "migrated at \d+"/,
      ),
      "user and files": expect.stringContaining("EROFS"),
      drain: expect.stringMatching(/requests failed .* half sent at SIGTERM was cut/),
      "health while draining": expect.stringContaining("never says 503"),
      "start without a database": expect.stringContaining("There is no database."),
      secrets: "JWT_KEY is in its log",
    });
    expect(exitCode).toBe(1);
  });
});
