import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** A finding that stays, and why. */
export interface Suppression {
  check: string;
  resource: string;
  reason: string;
}

/** What is kept of the findings of a linter. */
export function readSuppressions(linter: "checkov" | "cdk-nag"): Suppression[] {
  const text = readFileSync(path.join(import.meta.dirname, "suppressions.yaml"), "utf8");
  return (parse(text) as Record<typeof linter, Suppression[]>)[linter];
}
