import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fillMarkers, sectionsOf } from "../../../drills/report/markdown.ts";
import { drawPage } from "../../../drills/report/page.ts";
import { drawPicture } from "../../../drills/report/picture.ts";
import { documents, readPictures } from "../../../drills/report/record.ts";
import { readResults, resultsFolder } from "../../../drills/report/results.ts";
import { projectRoot } from "../../../infra/project.ts";
import { attempt, operation } from "./operations.ts";

function recorded() {
  const results = readResults();
  if (!results) throw new Error("docs/failover/results.json is not there.");
  return results;
}

const noRecord = readResults() === undefined;
if (noRecord)
  console.warn("Skipped: docs/failover/results.json is not there, so no figure is in the documents.");

describe.skipIf(noRecord)("what is written from the drills' results", () => {
  it.each(documents)("%s is what `npm run drill -- --write-docs` would write", (document) => {
    const text = readFileSync(join(projectRoot, document), "utf8");
    expect(text).toBe(fillMarkers(text, sectionsOf(recorded())));
  });

  it("the page is too, has every drill's picture, and asks the network for nothing", () => {
    const page = readFileSync(join(resultsFolder, "index.html"), "utf8");
    expect(page).toBe(drawPage(recorded(), readPictures(recorded())));
    for (const name of Object.keys(recorded().drills)) expect(page).toContain(`<title>${name}</title>`);
    expect(page).not.toMatch(/\b(src|href)="(?!#)/);
  });
});

it("a changed figure changes the document", () => {
  const document = "before <!-- a --> old <!-- /a --> after";
  expect(fillMarkers(document, { a: "new" })).toBe("before <!-- a -->\n\nnew\n\n<!-- /a --> after");
  expect(fillMarkers(fillMarkers(document, { a: "new" }), { a: "new" })).toContain("new");
  expect(() => fillMarkers("<!-- a --> old", { a: "new" })).toThrow("has no <!-- /a -->");
});

it("a picture shows each answered operation, each failed request and each mark", () => {
  const operations = [
    operation("post", "acknowledged", undefined, [attempt(0, 100, "UND_ERR_SOCKET"), attempt(150, 200, 201)]),
    operation("me", "acknowledged", undefined, [attempt(900, 1_000)]),
  ];
  const marks = [{ atMs: 0, kind: "inject" as const, what: "app-1: <killed>" }];
  const picture = drawPicture({ title: "t", operations, injectedAtMs: 0, marks });
  expect(picture.match(/h0/g)).toHaveLength(2);
  expect(picture.match(/l8 8m0-8l-8 8/g)).toHaveLength(1);
  expect(picture).toContain("app-1: &lt;killed&gt;");
});
