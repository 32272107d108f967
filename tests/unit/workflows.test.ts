import { execFile } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { pythonOf } from "../../infra/policy/python-tool.ts";
import { projectRoot } from "../../infra/project.ts";

const folder = join(projectRoot, ".github");
let zizmor: string;
beforeAll(async () => {
  zizmor = join(dirname(await pythonOf({ name: "zizmor", version: "1.32.0" })), "zizmor");
}, 300_000);

/** What zizmor, a linter of others for workflows, finds without asking GitHub: each rule that is broken. */
function findings(directory: string): Promise<string[]> {
  const args = ["--offline", "--quiet", "--format", "json", directory];
  return new Promise((resolve, reject) => {
    // Findings make its exit status; that it ran at all is seen by its output.
    execFile(zizmor, args, (_error, printed, complaint) => {
      try {
        const found = JSON.parse(printed) as { ident: string; ignored: boolean }[];
        resolve(found.filter(({ ignored }) => !ignored).map(({ ident }) => ident));
      } catch {
        reject(new Error(`zizmor: ${complaint || printed}`));
      }
    });
  });
}

describe("the workflows", () => {
  it("have nothing that zizmor finds", async () => {
    expect(await findings(folder)).toEqual([]);
  });

  it("with an action that is not pinned by its hash are found", async () => {
    const copy = mkdtempSync(join(tmpdir(), "capstone-workflows-"));
    cpSync(folder, join(copy, ".github"), { recursive: true });
    const file = join(copy, ".github/workflows/test.yml");
    writeFileSync(file, readFileSync(file, "utf8").replace(/(actions\/checkout)@\S+/, "$1@v6"));
    expect(await findings(join(copy, ".github"))).toEqual(["unpinned-uses"]);
    rmSync(copy, { recursive: true });
  });

  it("touch AWS only where the repository names an account", () => {
    const files = globSync("workflows/*.yml", { cwd: folder });
    const withAws = files
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .filter((text) => text.includes("configure-aws-credentials"));
    expect(withAws.length).toBe(3);
    for (const text of withAws) expect(text).toMatch(/^ {4}if: vars\.AWS_ACCOUNT_ID != ''/m);
  });
});
