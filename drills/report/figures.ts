import { silentPrimarySeconds } from "../lease.ts";
import type { DrillResult } from "./results.ts";

/** A row of the figures that the service has to reach: the worst of these drills. */
export interface FigureRow {
  fault: string;
  drills: string[];
  /** As a person reads it. */
  mayFail: string;
  mayPause: string;
}

export const figureRows: FigureRow[] = [
  {
    fault: "application node killed, hung, cut off or rolled",
    drills: ["app-node-killed", "app-node-hung", "app-node-cut-off", "app-nodes-rolled"],
    mayFail: "0",
    mayPause: "1 s",
  },
  { fault: "proxy killed", drills: ["proxy-killed"], mayFail: "those in flight on it", mayPause: "0.5 s" },
  {
    fault: "primary crashed, stopped, or its container killed",
    drills: ["primary-postgres-killed", "primary-stopped", "primary-killed"],
    mayFail: "0",
    mayPause: "3 s",
  },
  { fault: "switchover", drills: ["switchover"], mayFail: "0", mayPause: "2 s" },
  { fault: "replica lost", drills: ["replica-killed", "replica-cut-off"], mayFail: "0", mayPause: "4 s" },
  {
    fault: "one etcd member, or its leader",
    drills: ["consensus-member-killed", "consensus-leader-killed"],
    mayFail: "0",
    mayPause: "2 s",
  },
  { fault: "all of etcd", drills: ["consensus-lost"], mayFail: "0", mayPause: "2 s" },
  { fault: "one object store node", drills: ["object-store-node-killed"], mayFail: "0", mayPause: "1 s" },
  {
    fault: "primary gone, paused or cut off in silence",
    drills: [
      "primary-gone",
      "primary-killed-by-hand",
      "primary-paused",
      "primary-cut-off",
      "primary-isolated",
    ],
    mayFail: "0",
    mayPause: `${silentPrimarySeconds} s`,
  },
  { fault: "power loss of everything", drills: ["power-loss"], mayFail: "", mayPause: "60 s" },
];

/** The worst of a row's drills; undefined while none was run. */
export function worstOf(row: FigureRow, results: Record<string, DrillResult>) {
  const run = row.drills.flatMap((name) => results[name] ?? []);
  if (run.length === 0) return undefined;
  const most = (of: (result: DrillResult) => number) => Math.max(...run.map(of));
  return {
    failedRequests: most(({ measures }) => measures.clients.failedRequests),
    writesPauseMs: most(({ measures }) => measures.clients.writesPauseMs),
    recoveryMs: most(({ measures }) => measures.recovery?.afterInjectMs ?? Number.POSITIVE_INFINITY),
    lost: most(({ measures }) => measures.differences.lost.length),
    twice: most(({ measures }) => measures.differences.twice.length),
    passed: run.every(({ passed }) => passed),
  };
}
