import type { BenchResult } from "./bench-result.ts";

/** The tables of the bench, by the names of their markers. */
export function benchTables(_bench: BenchResult | undefined): Record<string, string> {
  return {};
}
