import type { DamagedPart } from "../damage/damage.ts";
import { seconds } from "../verdict.ts";
import type { DrillResult } from "./results.ts";
import { table } from "./table.ts";

type Drills = Record<string, DrillResult>;

/** The drill that fills a part's disk; the engine's state has none, as it lies with the user's own files. */
const drillOf: Partial<Record<DamagedPart, string>> = {
  "database, primary": "primary-disk-full",
  "database, replica": "replica-disk-full",
  "consensus, one member": "consensus-member-disk-full",
  "consensus, all members": "consensus-disks-full",
  "object store, one node": "object-store-node-disk-full",
  "backup repository": "repository-disk-full",
  metrics: "metrics-disk-full",
};

/** The cells of a part's full disk in the table of damages, from what is done on. */
export function fullDiskCells(part: DamagedPart, drills: Drills): string[] {
  const name = drillOf[part];
  if (name === undefined)
    return ["it lies with the user's files, which no drill fills", ...Array(6).fill("not drilled")];
  const result = drills[name];
  if (!result) return Array(7).fill("not yet measured");
  const { clients, stack, recovery, differences } = result.measures;
  return [
    `filled to the last byte, and freed: drill \`${name}\`${result.passed ? "" : ": **failed**"}`,
    stack.detected ? seconds(stack.detected.afterMs) : "never",
    stack.detected?.what ?? "nobody",
    "itself, with space again",
    recovery ? seconds(recovery.afterInjectMs) : "not",
    `${clients.failedRequests} of ${clients.operations}`,
    String(differences.lost.length),
  ];
}

/** The drills that fill disks, in the order of the documents. */
const fullDrills = [
  "primary-disk-full",
  "replica-disk-full",
  "database-disks-full",
  "consensus-member-disk-full",
  "consensus-disks-full",
  "object-store-node-disk-full",
  "object-store-disks-full",
  "repository-disk-full",
  "metrics-disk-full",
  "machine-disk-full",
  "machine-inodes-full",
];

/** What clients met when each was run last. */
export function fullDiskTable(drills: Drills): string {
  const rows = fullDrills.map((name) => {
    const result = drills[name];
    if (!result) return [`\`${name}\``, ...Array(6).fill("not yet measured")];
    const { clients, stack, recovery } = result.measures;
    return [
      `\`${name}\``,
      `${clients.failedReads ?? "not counted"}`,
      `${clients.failedRequests} of ${clients.operations}`,
      `${seconds(clients.writesPauseMs)} / ${seconds(clients.readsPauseMs)}`,
      stack.detected ? `${seconds(stack.detected.afterMs)}: ${stack.detected.what}` : "nobody",
      recovery ? seconds(recovery.afterClearMs) : "not by itself",
      `${result.passed ? "passed" : `**failed**: ${result.reasons.join("; ")}`}, ${result.measuredAt.slice(0, 10)}`,
    ];
  });
  const head = ["drill", "failed reads", "failed requests", "longest write / read", "noticed after, by"];
  return table([...head, "whole after there is space", "when last tried"], rows);
}
