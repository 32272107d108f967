import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectRoot } from "../../infra/project.ts";
import { fillMarkers } from "./markdown.ts";

/** Results by the names of what was done, in a file of their own; empty while there is none. */
export function readNamedResults<T>(file: string): Record<string, T> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, T>) : {};
}

/** Keeps a result in the place of an earlier one. @returns All that are kept now, by name. */
export function keepNamedResult<T>(file: string, name: string, result: T): Record<string, T> {
  const entries = Object.entries({ ...readNamedResults<T>(file), [name]: result });
  const results = Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b)));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return results;
}

/** Writes the sections of a document between their markers. @param document From the project's folder on. */
export function writeSections(document: string, sections: Record<string, string>): void {
  const file = join(projectRoot, document);
  writeFileSync(file, fillMarkers(readFileSync(file, "utf8"), sections));
}
