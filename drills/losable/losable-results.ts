import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { resultsFolder } from "../report/results.ts";
import { table } from "../report/table.ts";
import { seconds } from "../verdict.ts";

/**
 * `held`: the part was lost within its bounds. `surprise`: it was not, though status had called it losable. `state's own`:
 * a bound was broken, and so it was when the same seed took nothing. `nothing losable`: status said so, nothing was taken.
 */
export type Verdict = "held" | "surprise" | "state's own" | "nothing losable";

/** One run; times are milliseconds. */
export interface LosableRun {
  seed: number;
  measuredAt: string;
  commit: string;
  /** What the stack was doing meanwhile, over a minute and all its cores. */
  loadAverage: number;
  /** The drill and the pause that each was left in. */
  states: string[];
  delayMs: number;
  said: { state: string; losable: string[] };
  /** Null where status called nothing losable. */
  taken: { kind: string; part: string; how: string; wasPrimary: boolean | undefined } | null;
  measured: {
    failedRequests: number;
    failedInFlight: number;
    writesPauseMs: number;
    allowedPauseMs: number;
    newPrimaryMs: number | null;
    lost: number;
    acknowledgedWrites: number;
  } | null;
  verdict: Verdict;
  reasons: string[];
}

const file = join(resultsFolder, "losable.json");

export function readLosable(): LosableRun[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as LosableRun[]) : [];
}

/** Adds a run; one of the same seed takes the earlier one's place. A line for each, so that a change shows as one. */
export function recordLosable(run: LosableRun): void {
  const lines = addRun(readLosable(), run).map((one) => JSON.stringify(one));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `[\n${lines.join(",\n")}\n]\n`);
}

export function addRun(runs: LosableRun[], run: LosableRun): LosableRun[] {
  return [...runs.filter(({ seed }) => seed !== run.seed), run].toSorted((a, b) => a.seed - b.seed);
}

/** The section of the documents: what was taken how often, and the worst that came of it. */
export function losableSection(runs: LosableRun[]): string {
  if (runs.length === 0) return "";
  const count = (verdict: Verdict) => runs.filter((run) => run.verdict === verdict).length;
  const taken = runs.filter((run) => run.taken !== null);
  const states = new Set(runs.flatMap((run) => run.states));
  const loads = runs.map(({ loadAverage }) => loadAverage);
  const lines = [
    `${taken.length} parts that status called losable were taken, in ${states.size} different states or pairs of them:`,
    `${count("held")} losses stayed within their bounds, ${count("surprise")} did not (surprises), ${count("state's own")} times a bound`,
    `was broken without anything being taken as well. ${count("nothing losable")} times status called nothing losable.`,
    `The machine did other work meanwhile: its load average was ${Math.min(...loads)} to ${Math.max(...loads)}.`,
  ];
  const rows = [...Map.groupBy(taken, kindOf)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([kind, list]) => rowOf(kind, list));
  const head = ["what was taken", "times", "failed beyond in flight", "longest write", "new primary", "lost"];
  return `${lines.join("\n")}\n\n${table(head, rows)}`;
}

function kindOf({ taken }: LosableRun): string {
  if (taken?.wasPrimary === undefined) return taken?.kind ?? "";
  return `${taken.kind}, ${taken.wasPrimary ? "primary" : "replica"}`;
}

function rowOf(kind: string, runs: LosableRun[]): string[] {
  const measured = runs
    .filter(({ verdict }) => verdict !== "state's own")
    .flatMap((run) => run.measured ?? []);
  const most = (of: (one: NonNullable<LosableRun["measured"]>) => number) => Math.max(0, ...measured.map(of));
  const primary = most(({ newPrimaryMs }) => newPrimaryMs ?? 0);
  return [
    kind,
    String(runs.length),
    String(most(({ failedRequests, failedInFlight }) => failedRequests - failedInFlight)),
    seconds(most(({ writesPauseMs }) => writesPauseMs)),
    primary > 0 ? seconds(primary) : "",
    String(most(({ lost }) => lost)),
  ];
}
