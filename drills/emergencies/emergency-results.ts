import { join } from "node:path";
import { keepNamedResult, readNamedResults, writeSections } from "../report/named-results.ts";
import { resultsFolder } from "../report/results.ts";
import { table } from "../report/table.ts";
import { seconds } from "../verdict.ts";

/** What `status` said in an emergency. */
export interface EmergencyResult {
  description: string;
  measuredAt: string;
  commit: string;
  loadAverage: number;
  /** The longest that it took to answer, in milliseconds. */
  tookMs: number;
  exitStatus: number;
  /** The last answer, a line each. */
  said: string[];
  /** Why its words did not fit; none when they did, each time it was asked. */
  reasons: string[];
}
export type EmergencyResults = Record<string, EmergencyResult>;

const file = join(resultsFolder, "emergencies.json");
export const emergencyDocument = "docs/monitoring.md";

export function readEmergencies(): EmergencyResults {
  return readNamedResults(file);
}

/** Keeps what was said and writes the document's table from all that is kept. */
export function recordEmergency(name: string, result: EmergencyResult): void {
  writeSections(emergencyDocument, emergencySections(keepNamedResult(file, name, result)));
}

/** The part of the document that is written from the results, by its marker. */
export function emergencySections(results: EmergencyResults): Record<string, string> {
  const rows = Object.values(results).map(({ description, said, tookMs, reasons }) => [
    `${description}${reasons.length === 0 ? "" : " **did not fit**"}`,
    excerpt(said).join("; "),
    seconds(tookMs),
  ]);
  const head = ["what was so", "what status said", "within"];
  return { "status-emergencies": rows.length === 0 ? "" : table(head, rows) };
}

const told = /^ {2}(FAILED|missing|can be lost now|must not be lost) +(.*)$/;

/** The headline, what may be lost, and the first few things that are wrong. */
export function excerpt(said: string[]): string[] {
  const headline = /: ([A-Z]+),/.exec(said[0] ?? "")?.[1] ?? "nothing";
  const lines = said.flatMap((line) => {
    const [, label = "", text = ""] = told.exec(line) ?? [];
    if (label === "") return [];
    return [label === "FAILED" || label === "missing" ? text : `${label}: ${text}`];
  });
  const shown = lines.slice(0, 4);
  return [headline, ...shown, ...(lines.length > 4 ? [`and ${lines.length - 4} more`] : [])].map((text) =>
    text.replaceAll("|", "/"),
  );
}
