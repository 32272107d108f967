import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { projectRoot } from "../../../infra/project.ts";

it("is bundled in silence where there is no more than an image has", () => {
  const image = mkdtempSync(join(tmpdir(), "capstone-test-"));
  onTestFinished(() => rmSync(image, { recursive: true }));
  for (const path of ["app/page", "app/page-files.ts", "package.json"])
    cpSync(join(projectRoot, path), join(image, path), { recursive: true });
  symlinkSync(join(projectRoot, "node_modules"), join(image, "node_modules"));
  const program = `
    import { makePage } from "./app/page-files.ts";
    console.log([...(await makePage()).files.keys()].toSorted().join());`;
  const args = ["--input-type=module", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: image, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout.trim()).toBe("icon.svg,main.js,page.css");
});
