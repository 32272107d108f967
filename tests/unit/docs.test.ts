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

  it.each(documents.filter((file) => file.startsWith("docs/runbooks/")))(
    "%s has only commands that a rehearsal runs, or says why not",
    (file) => {
      const unexplained = codeBlocks(text(file)).filter(
        ({ fence, above }) =>
          !["```sh", "```sh rehearsal"].includes(fence) && !above.includes("Not rehearsed:"),
      );
      expect(unexplained).toEqual([]);
    },
  );

  it.each([
    ["docs/contributing.md", 6],
    ["docs/how-to.md", 4],
  ])("%s says where to change what, by paths that exist", (file, count) => {
    const rows = text(file).matchAll(/^\| (the number|a|an) [^|]+\|.*$/gm);
    const paths = [...rows].map(([row]) => [...row.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path));
    expect(paths.length).toBe(count);
    for (const row of paths) expect(row).not.toEqual([]);
    expect(paths.flat().filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });
});

/** Each fenced block: its opening fence as written, indentation included, and the paragraph above it. */
function codeBlocks(markdown: string): { fence: string; above: string }[] {
  const blocks: { fence: string; above: string }[] = [];
  let open = false;
  const paragraphs = [""];
  for (const line of markdown.split("\n")) {
    if (line.trimStart().startsWith("```")) {
      if (!open) blocks.push({ fence: line, above: paragraphs.findLast((paragraph) => paragraph) ?? "" });
      open = !open;
    } else if (!open && line.trim()) paragraphs.push(`${paragraphs.pop()} ${line.trim()}`);
    else if (!open) paragraphs.push("");
  }
  return blocks;
}
