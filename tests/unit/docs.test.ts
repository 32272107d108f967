import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../infra/project.ts";

const documents = globSync(["*.md", "*/README.md", "docs/**/*.md"], {
  cwd: projectRoot,
  exclude: (name) => name === "node_modules",
});
const text = (file: string) => readFileSync(join(projectRoot, file), "utf8");

describe("the documents", () => {
  it.each(documents)("%s links to files that exist", (file) => {
    const links = [...text(file).matchAll(/\]\((?!https?:|#|mailto:)([^)\s#]+)/g)].map(
      ([, link = ""]) => link,
    );
    const broken = links.filter((link) => !existsSync(join(projectRoot, dirname(file), link)));
    expect(broken).toEqual([]);
  });

  it("docs/contributing.md says where to change what, by paths that exist", () => {
    const rows = text("docs/contributing.md").matchAll(/^\| (the number|a|an) [^|]+\|.*$/gm);
    const paths = [...rows].map(([row]) => [...row.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path));
    expect(paths.length).toBe(6);
    for (const row of paths) expect(row).not.toEqual([]);
    expect(paths.flat().filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });
});
