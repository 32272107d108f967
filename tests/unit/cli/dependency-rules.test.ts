import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../../infra/project.ts";

const config = ".dependency-cruiser.mjs";

/** Rule, importing folder, imported folder. */
const wrongWays = [
  ["app-imports", "app", "infra"],
  ["app-imports", "app", "cli"],
  ["migrations-imports", "migrations", "infra"],
  ["infra-imports", "infra/docker", "running-stack"],
  ["infra-imports", "infra/docker", "operations"],
  ["infra-imports", "infra/docker", "cli"],
  ["nothing-imports-the-stacks", "infra", "stacks"],
  ["nothing-imports-the-stacks", "cli", "stacks"],
  ["stacks-imports", "stacks", "running-stack"],
  ["running-stack-imports", "running-stack", "operations"],
  ["operations-imports", "operations", "drills"],
  ["drills-imports", "drills", "cli"],
  ["import-sqlite-imports", "import-sqlite", "operations"],
  ["one-target-does-not-know-the-other", "infra/docker", "infra/aws"],
  ["toolchain-stands-below-the-commands", "cli/toolchain", "cli/commands"],
  ["only-tests-import-tests", "infra", "tests"],
  ["the-page-uses-the-api-alone", "app/page", "app/routes"],
  ["the-service-does-not-run-the-page", "app/routes", "app/page"],
] as const;
const rightWays = [
  ["cli", "operations"],
  ["cli", "drills"],
  ["cli", "import-sqlite"],
  ["operations", "running-stack"],
  ["drills", "running-stack"],
  ["import-sqlite", "running-stack"],
  ["import-sqlite", "app"],
  ["running-stack", "infra"],
  ["stacks", "infra"],
  ["migrations", "app"],
] as const;

interface Violation {
  rule: { name: string };
  from: string;
}
let folder: string;
let violations: Violation[];

/** Makes a file with these imports: paths of files, or packages. */
function make(file: string, ...imports: string[]): void {
  mkdirSync(join(folder, dirname(file)), { recursive: true });
  const lines = imports.map((name) => {
    const path = relative(dirname(file), name);
    return `import "${name.endsWith(".ts") ? (path.startsWith(".") ? path : `./${path}`) : name}";`;
  });
  writeFileSync(join(folder, file), [...lines, "export {};", ""].join("\n"));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "capstone-imports-"));
  for (const file of [config, "tsconfig.json", "package.json"])
    copyFileSync(join(projectRoot, file), join(folder, file));
  symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  for (const [index, [, from, to]] of wrongWays.entries()) {
    make(`${from}/wrong-${index}.ts`, `${to}/imported.ts`);
    make(`${to}/imported.ts`);
  }
  for (const [index, [from, to]] of rightWays.entries()) {
    make(`${from}/right-${index}.ts`, `${to}/imported.ts`);
    make(`${to}/imported.ts`);
  }
  make("infra/circle-one.ts", "infra/circle-other.ts");
  make("infra/circle-other.ts", "infra/circle-one.ts");
  make("infra/left-over.ts");
  make("infra/one.ts", "infra/gone.ts");
  make("app/main.ts", "vitest");
  make("import-sqlite/task/main.ts", "vitest");
  const cruise = join(projectRoot, "node_modules/.bin/depcruise");
  const folders = ["app", "cli", "drills", "import-sqlite", "infra", "migrations", "operations"];
  const args = ["--config", config, "--output-type", "json", ...folders, "running-stack", "stacks", "tests"];
  // It ends with the number of errors, which is not what is asked here.
  const { stdout } = await promisify(execFile)(cruise, args, { cwd: folder }).catch((failed) => failed);
  violations = JSON.parse(stdout).summary.violations;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rulesBrokenBy(file: string): string[] {
  return violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);
}

describe("the rules of who imports whom", () => {
  it.each(rightWays)("let %s import %s", (from, to) => {
    const index = rightWays.findIndex(([one, other]) => one === from && other === to);
    expect(rulesBrokenBy(`${from}/right-${index}.ts`)).toEqual([]);
  });

  it.each(wrongWays)("%s: %s may not import %s", (rule, from, to) => {
    const index = wrongWays.findIndex(([, one, other]) => one === from && other === to);
    expect(rulesBrokenBy(`${from}/wrong-${index}.ts`)).toContain(rule);
  });

  it.each([
    ["no-circles", "infra/circle-one.ts"],
    ["no-orphans", "infra/left-over.ts"],
    ["what-is-imported-is-there", "infra/one.ts"],
    ["images-have-no-development-packages", "app/main.ts"],
    ["images-have-no-development-packages", "import-sqlite/task/main.ts"],
  ])("%s: found in %s", (rule, file) => {
    expect(rulesBrokenBy(file)).toEqual([rule]);
  });
});
