import { readFileSync } from "node:fs";

/** How many tests passed, failed and were skipped. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** The part of vitest's JSON report that is used here. */
interface Report {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

export function sum(tallies: Tally[]): Tally {
  const of = (what: keyof Tally) => tallies.reduce((total, tally) => total + tally[what], 0);
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}

/** The tally of a single check. */
export function tallyOf(passed: boolean): Tally {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

/**
 * Counts the tests of one vitest run. A failure outside a test, such as a file that does not load or an uncaught error,
 * counts as one.
 * @param status vitest's exit status.
 */
export function readTally(file: string, status: number): Tally {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (...wanted: string[]) => tests.filter(({ status }) => wanted.includes(status)).length;
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = count("failed") + unloaded;
  return {
    passed: count("passed"),
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: count("pending", "skipped", "todo", "disabled"),
  };
}
