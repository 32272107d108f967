import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { projectRoot } from "../../../../infra/project.ts";

const run = promisify(execFile);
const actionlint = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
const workflows = globSync(".github/workflows/*.yml", { cwd: projectRoot });
const text = (file: string) => readFileSync(join(projectRoot, file), "utf8");

const missingGo = await run("go", ["version"]).then(
  () => "",
  () => "there is no go, which builds actionlint",
);
if (missingGo) console.log(`skipped, linting of the workflows: ${missingGo}`);

describe("workflows", () => {
  test.skipIf(missingGo !== "")(
    "actionlint has nothing to say",
    async () => {
      expect(workflows.length).toBeGreaterThanOrEqual(4);
      await run("go", ["run", actionlint, "-no-color"], {
        cwd: projectRoot,
        // Built for itself: what else is in the folder is no Go.
        env: { ...process.env, GOFLAGS: "-mod=mod" },
      });
    },
    300_000,
  );

  test.each(workflows)("%s calls what npm's scripts call", (file) => {
    const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    const called = [...text(file).matchAll(/npm (?:run (?:-s )?)?([a-z]+)/g)].map(
      ([, script]) => script ?? "",
    );
    expect(called).not.toEqual([]);
    for (const script of called) expect(Object.keys(scripts)).toContain(script);
  });

  test.each(workflows)("%s has no more rights than it says, and no stored credential", (file) => {
    const workflow = parse(text(file)) as { permissions?: Record<string, string> };
    expect(workflow.permissions?.contents).toBe("read");
    expect(text(file)).not.toMatch(/secrets\.|AWS_SECRET_ACCESS_KEY/);
  });

  test("pull requests get the role that previews, and the environment the one that deploys", () => {
    expect(text(".github/workflows/preview.yml")).toContain("role/capstone-prod-preview");
    expect(text(".github/workflows/drift.yml")).toContain("role/capstone-prod-preview");
    const deploy = text(".github/workflows/deploy.yml");
    expect(deploy).toContain("role/capstone-prod-deploy");
    expect(deploy).toMatch(
      /^ {4}environment:\n {6}name: production\n {6}url: \S*\{\{ steps\.outputs\.outputs\.apiUrl \}\}$/m,
    );
  });

  test("a pull request's comment is the summary, and its description alone allows data to be lost", async () => {
    const { jobs } = parse(text(".github/workflows/preview.yml")) as {
      jobs: { preview: { steps: { name?: string; run?: string }[] } };
    };
    const script = jobs.preview.steps.find(({ name }) => name === "Preview")?.run ?? "";
    // What npm is called with, an argument a line.
    const called = async (description: string) => {
      const env = { ...process.env, DESCRIPTION: description };
      const printing = `npm() { printf '%s\\n' "$@"; }\n${script}`;
      const { stdout } = await run("bash", ["-e", "-c", printing], { env });
      return stdout.trim().split("\n");
    };
    const plain = ["run", "-s", "preview", "--", "--stack", "prod", "--summary", "summary.md"];
    const quiet = ["--color", "never", "--suppress-progress"];
    expect(await called("")).toEqual([...plain, ...quiet]);
    const name = "aws:rds/instance:Instance.capstone-prod";
    expect(await called(`Moves it.\r\nallow-data-loss: ${name}\r\n$(touch x) allow-data-loss: y`)).toEqual([
      ...plain,
      "--allow-data-loss",
      name,
      ...quiet,
    ]);
  });
});
