import { join } from "node:path";
import { projectRoot } from "../../infra/project.ts";
import { keepNamedResult, readNamedResults, writeSections } from "../report/named-results.ts";
import { table } from "../report/table.ts";
import { seconds } from "../verdict.ts";

/** What was measured of one alert. */
export interface AlertDrillResult {
  /** Null where none may be raised. */
  alert: string | null;
  description: string;
  measuredAt: string;
  commit: string;
  allowedMs: number;
  /** From the fault until Alertmanager had it; null when it never did. */
  firedAfterMs: number | null;
  /** From the end of the fault until Alertmanager no longer had it; null when it still did. */
  clearedAfterMs: number | null;
  /** Other alerts that were raised. */
  otherAlerts: string[];
  lostWrites: number;
  reasons: string[];
}

export type AlertResults = Record<string, AlertDrillResult>;

const file = join(projectRoot, "docs/failover/alerts.json");
export const alertDocument = "docs/monitoring.md";

export function readAlertResults(): AlertResults {
  return readNamedResults(file);
}

/** Keeps a drill's figures and writes the document's table from all that are kept. */
export function recordAlertDrill(name: string, result: AlertDrillResult): void {
  writeSections(alertDocument, alertSections(keepNamedResult(file, name, result)));
}

/** The parts of the document that are written from the results, by their markers. */
export function alertSections(results: AlertResults): Record<string, string> {
  const rows = Object.entries(results).map(([name, result]) => [
    `${name}${result.reasons.length === 0 ? "" : " **failed**"}`,
    result.description,
    result.alert ?? "none",
    ...timesOf(result),
    result.otherAlerts.join(", "),
    result.measuredAt.slice(0, 10),
  ]);
  const head = [
    "drill",
    "what happens",
    "alert",
    "raised after (allowed)",
    "over after the fault's end",
    "also raised",
    "measured",
  ];
  return { "alert-drills": rows.length === 0 ? "" : table(head, rows) };
}

function timesOf({ alert, firedAfterMs, clearedAfterMs, allowedMs }: AlertDrillResult): [string, string] {
  if (alert === null) return ["", ""];
  return [
    firedAfterMs === null ? "never" : `${seconds(firedAfterMs)} (${seconds(allowedMs)})`,
    clearedAfterMs === null ? "not by itself" : seconds(clearedAfterMs),
  ];
}
