import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectRoot } from "../../infra/project.ts";
import type { Measures } from "../verdict.ts";
import type { BenchResult } from "./bench-result.ts";

/** What was measured, where and on which version. Kept in docs/failover/results.json. */
export interface Results {
  /** The commit that last changed the service, its stack or the drills. */
  commit: string;
  versions: Record<string, string>;
  machine: { cores: number; memoryGibibytes: number; kernel: string; architecture: string };
  drills: Record<string, DrillResult>;
  /** Settings broken on purpose, and the drill that has to detect it. */
  breakages: Record<string, BreakageResult>;
  soak?: SoakResult;
  bench?: BenchResult;
}

/** Times are milliseconds since the fault. */
export interface DrillResult {
  description: string;
  measuredAt: string;
  commit: string;
  passed: boolean;
  reasons: string[];
  /** What was done, as in "database-1: killed". */
  actions: { atMs: number; what: string }[];
  measures: Measures;
  /** What the drill itself found, a sentence each; not there where it looks for nothing of its own. */
  found?: string[];
  /** Writes without an answer, and what became of them. */
  unknown: { happened: number; didNot: number };
}

export interface BreakageResult {
  description: string;
  drill: string;
  commit: string;
  /** Whether the drill failed for the reason that it has to. */
  caught: boolean;
  reasons: string[];
}

export interface SoakResult {
  measuredAt: string;
  commit: string;
  seed: number;
  faults: number;
  /** How often each fault was drawn. */
  drawn: Record<string, number>;
  minutes: number;
  operations: number;
  acknowledgedWrites: number;
  failedRequests: number;
  lost: number;
  twice: number;
  backInTime: number;
  twoPrimaries: number;
  notRecovered: number;
  /** The longest that a write took, over all rounds: the median round's, and the worst. */
  writesPauseMs: { median: number; longest: number };
  recoveryMs: { median: number; longest: number };
  reasons: string[];
}

/** Where the results, the pictures and the page are. */
export const resultsFolder = join(projectRoot, "docs/failover");
const file = join(resultsFolder, "results.json");

export function readResults(): Results | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results) : undefined;
}

export function writeResults(results: Results): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}
