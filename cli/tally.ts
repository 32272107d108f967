import { readFileSync } from "node:fs";

/** How much of what was tested held. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** What vitest's JSON reporter writes, as far as it is looked at here. */
interface Report {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

export function sum(tallies: Tally[]): Tally {
  const of = (what: keyof Tally) => tallies.reduce((total, tally) => total + tally[what], 0);
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}

/** The tally of one thing that held or did not. */
export function tallyOf(passed: boolean): Tally {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

/**
 * Counts the tests of one run of vitest. What failed outside a test, a file that does not load or an error that
 * nobody caught, counts as one failure.
 * @param status vitest's exit status
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
