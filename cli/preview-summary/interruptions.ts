import type { DrillResult } from "../../drills/report/results.ts";
import { seconds } from "../../drills/verdict.ts";
import { types } from "../../infra/policy/types.ts";
import type { Change } from "./changes.ts";

/** A kind of container whose replacement clients may notice, and the drill that measured what they notice. */
interface Interruption {
  containers: RegExp;
  what: string;
  drill: string;
}

const interruptions: Interruption[] = [
  { containers: /^app-\d+$/, what: "The application nodes are replaced", drill: "app-nodes-rolled" },
  { containers: /^database-\d+$/, what: "The database nodes are stopped in turn", drill: "primary-stopped" },
  {
    containers: /^consensus-\d+$/,
    what: "The consensus members are replaced",
    drill: "consensus-leader-killed",
  },
  {
    containers: /^object-store-\d+$/,
    what: "The object store's nodes are replaced",
    drill: "object-store-node-killed",
  },
  { containers: /^proxy-\d+$/, what: "The proxies are replaced", drill: "proxy-killed" },
  { containers: /^edge-\d+$/, what: "The edge is replaced", drill: "edge-killed" },
];

/**
 * What clients would notice: a sentence for each kind of part that goes down, with what its drill measured. Drills are
 * recorded on Docker, and say nothing of a change that loses data. The list is empty where nothing of that kind changes.
 */
export function interruptionsOf(changes: Change[], drills: Record<string, DrillResult>): string[] {
  if (changes.some(({ losesData }) => losesData))
    return ["Data would be lost, and no drill has measured that."];
  const stopped = changes.filter(
    ({ action, type }) => type === types.container && (action === "replaced" || action === "deleted"),
  );
  return interruptions.flatMap(({ containers, what, drill }) => {
    if (!stopped.some(({ name }) => containers.test(name))) return [];
    const result = drills[drill];
    if (!result) return [`${what}. The drill ${drill} is not recorded, so how long is not known.`];
    const { failedRequests, writesPauseMs, readsPauseMs } = result.measures.clients;
    const pauses = `longest write ${seconds(writesPauseMs)}, longest read ${seconds(readsPauseMs)}`;
    const failed = failedRequests === 1 ? "1 request failed" : `${failedRequests} requests failed`;
    return [`${what}: ${failed}, ${pauses} (drill ${drill}, ${result.measuredAt.slice(0, 10)}).`];
  });
}
