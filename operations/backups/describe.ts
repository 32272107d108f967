import type { Restored, RestorePlan } from "./restore-container.ts";
import type { Rows } from "./rows.ts";

export interface RestoreOutcome {
  stack: string;
  plan: RestorePlan;
  restored: Restored;
  /** How long copying its files took, with the database still running. */
  copySeconds: number;
  /** When the restore began. */
  askedAt: Date;
  /** When the service lost its database, and when it had one again. */
  stoppedAt: Date;
  /** When the old database took its last write. */
  endedAt: Date;
  backAt: Date;
  /** When the other nodes had copied the restored one and were following it. */
  redundantAt: Date;
  /** Undefined when there was no primary. */
  before: Rows | undefined;
  after: Rows;
}

/** What a restore did and what it lost, in lines for people. */
export function describe(outcome: RestoreOutcome): string[] {
  const { stack, plan, restored, copySeconds, before, after } = outcome;
  const { askedAt, stoppedAt, endedAt, backAt, redundantAt } = outcome;
  const target = plan.target === null ? "the end of its archived log" : shown(new Date(plan.target));
  const last = restored.lastCommit ? `, the last commit being of ${restored.lastCommit}` : "";
  const lines = [
    `The database of the stack ${stack} is restored to ${target}${last}.`,
    `It served again after ${seconds(askedAt, backAt)} s, ${seconds(stoppedAt, backAt)} s of them without a database; the files of backup ${plan.backup} took ${copySeconds} s, the log after it ${restored.recoverSeconds} s.`,
    `The other nodes, which copy it by pg_basebackup, followed it ${seconds(backAt, redundantAt)} s later.`,
  ];
  if (before)
    lines.push(lostRows(before, after, plan.target === null ? undefined : new Date(plan.target), endedAt));
  if (plan.target !== null) {
    lines.push(
      `The way back: npm run restore -- --stack ${stack} --to ${endedAt.toISOString()} --timeline ${plan.timeline}`,
    );
  }
  return lines;
}

/** What the service lost, table by table. */
export function lostRows(before: Rows, after: Rows, target: Date | undefined, endedAt: Date): string {
  const changes = Object.keys({ ...before, ...after })
    .filter((table) => before[table] !== after[table])
    .map((table) => `${table} ${before[table] ?? 0} → ${after[table] ?? 0}`);
  const span = target
    ? `What was written in the ${duration(endedAt.getTime() - target.getTime())} from then to ${shown(endedAt)} is undone`
    : "Nothing that was archived is lost";
  return `${span}; rows before and now: ${changes.length > 0 ? changes.join(", ") : "the same in every table"}.`;
}

function shown(moment: Date): string {
  return `${moment.toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

function seconds(from: Date, to: Date): string {
  return ((to.getTime() - from.getTime()) / 1000).toFixed(1);
}

/** @param spanMs as in "2 h 5 min" or "12 s" */
export function duration(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
