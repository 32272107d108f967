import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PersonError } from "../../infra/errors.ts";
import { projectRoot } from "../../infra/project.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";
import type { DrillRun } from "../run/run-drill.ts";
import { describeMachine, describeVersions, measuredCommit } from "./environment.ts";
import { fillMarkers, sectionsOf } from "./markdown.ts";
import { marksOf } from "./marks.ts";
import { drawPage } from "./page.ts";
import { drawPicture } from "./picture.ts";
import { type DrillResult, type Results, readResults, resultsFolder, writeResults } from "./results.ts";

/** Documents with sections that are written from the results. */
export const documents = [
  "README.md",
  "docs/failover.md",
  "docs/performance.md",
  "docs/runbooks/disk-full.md",
];

/** The results so far, on the version and the machine of now. */
export async function openResults(stack: RunningStack): Promise<Results> {
  const before = readResults() ?? { drills: {}, breakages: {} };
  return {
    ...before,
    commit: measuredCommit(),
    versions: await describeVersions(stack),
    machine: describeMachine(),
  };
}

/** Keeps a drill's figures and its picture. */
export function recordDrill(results: Results, run: DrillRun, injectedAtMs: number): void {
  const { name, description, startedAt, reasons, measures, found, actions, unknown } = run;
  const result: DrillResult = {
    description,
    measuredAt: startedAt,
    commit: results.commit,
    passed: reasons.length === 0,
    reasons,
    actions: actions.map(({ atMs, what }) => ({ atMs: atMs - injectedAtMs, what })),
    measures,
    ...(found.length > 0 && { found }),
    unknown,
  };
  results.drills = sorted({ ...results.drills, [name]: result });
  const { operations } = run.load.ledger;
  const marks = marksOf(run, injectedAtMs);
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(pictureFile(name), drawPicture({ title: name, operations, injectedAtMs, marks }));
}

/** Writes results, page and documents. */
export function saveResults(results: Results): void {
  writeResults(results);
  writeDocuments(results);
}

/**
 * Writes the page and every document's sections from what is recorded.
 * @throws PersonError when nothing is.
 */
export function writeDocuments(results = readResults()): void {
  if (!results) throw new PersonError("Nothing is recorded yet; `npm run drill -- --record` does.");
  writeFileSync(join(resultsFolder, "index.html"), drawPage(results, readPictures(results)));
  for (const document of documents) {
    const file = join(projectRoot, document);
    if (!existsSync(file)) continue;
    writeFileSync(file, fillMarkers(readFileSync(file, "utf8"), sectionsOf(results)));
  }
}

/** The recorded drills' pictures, by their names. */
export function readPictures({ drills }: Results): Record<string, string> {
  const names = Object.keys(drills).filter((name) => existsSync(pictureFile(name)));
  return Object.fromEntries(names.map((name) => [name, readFileSync(pictureFile(name), "utf8")]));
}

function pictureFile(name: string): string {
  return join(resultsFolder, `${name}.svg`);
}

function sorted<T>(entries: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).toSorted(([a], [b]) => a.localeCompare(b)));
}
