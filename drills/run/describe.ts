import { seconds } from "../verdict.ts";
import type { DrillRun } from "./run-drill.ts";

/** One line for what passed; what failed has its reasons below. */
export function describe({
  name,
  reasons,
  measures,
  found = [],
}: Pick<DrillRun, "name" | "reasons" | "measures"> & Partial<Pick<DrillRun, "found">>): string {
  const { clients, stack, recovery } = measures;
  const facts = [
    `${clients.failedRequests} of ${clients.operations} requests failed`,
    `writes paused ${seconds(clients.writesPauseMs)}, reads ${seconds(clients.readsPauseMs)}`,
    stack.detected ? `detected after ${seconds(stack.detected.afterMs)}` : "not detected",
    ...(stack.newPrimary
      ? [`${stack.newPrimary.node} primary after ${seconds(stack.newPrimary.afterMs)}`]
      : []),
    recovery ? `fully redundant after ${seconds(recovery.afterInjectMs)}` : "not fully redundant again",
  ];
  const line = `${reasons.length === 0 ? "passed" : "FAILED"}  ${name}: ${facts.join(", ")}`;
  return [
    line,
    ...found.map((sentence) => `        ${sentence}`),
    ...reasons.map((reason) => `        ${reason}`),
  ].join("\n");
}
