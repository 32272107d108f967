import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fillMarkers } from "../../drills/report/markdown.ts";
import { projectRoot } from "../../infra/project.ts";
import { commandsPage } from "../command-line/page.mjs";
import { alertSections } from "./alerts-page.ts";
import { configSections } from "./config-page.ts";
import { outputSections } from "./outputs-page.ts";
import { serviceSections } from "./service-page.ts";
import { tourSections } from "./tour-page.ts";

/** Documents whose tables are made from the code, and what makes them. */
export const referencePages: Record<string, () => Record<string, string> | Promise<Record<string, string>>> =
  {
    "docs/configuration.md": configSections,
    "docs/outputs.md": outputSections,
    "docs/alerts.md": alertSections,
    "docs/tour.md": tourSections,
    "docs/your-service.md": serviceSections,
  };

/** Documents that are made from the code as a whole. */
export const wholePages: Record<string, () => string> = { "docs/commands.md": commandsPage };

/** Writes the tables of every reference page between their markers, and the pages that are made as a whole. */
export async function writeReferencePages(): Promise<void> {
  for (const [page, write] of Object.entries(wholePages))
    writeFileSync(path.join(projectRoot, page), write());
  for (const [page, sections] of Object.entries(referencePages)) {
    const file = path.join(projectRoot, page);
    writeFileSync(file, fillMarkers(readFileSync(file, "utf8"), await sections()));
  }
}
