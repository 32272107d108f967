import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { referencePages, wholePages } from "../../../../cli/reference/pages.ts";
import { fillMarkers } from "../../../../drills/report/markdown.ts";
import { projectRoot } from "../../../../infra/project.ts";

it.each(Object.entries(wholePages))(
  "%s is what `npm run drill -- --write-docs` would write",
  (page, write) => {
    expect(readFileSync(path.join(projectRoot, page), "utf8")).toBe(write());
  },
);

it.each(Object.entries(referencePages))(
  "%s is what `npm run drill -- --write-docs` would write",
  async (page, sections) => {
    const text = readFileSync(path.join(projectRoot, page), "utf8");
    const written = await sections();
    for (const name of Object.keys(written))
      expect(text, `the marker of ${name}`).toContain(`<!-- ${name} -->`);
    expect(text, "run `npm run drill -- --write-docs`").toBe(fillMarkers(text, written));
  },
  // Graphs of both targets, on however busy a machine.
  5 * 60_000,
);
