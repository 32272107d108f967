import type { AcknowledgedWrite } from "./observe/database-node.ts";
import type { Observation } from "./observe/observation.ts";

/** What the stack did about the fault; times are milliseconds since it was injected, null where it did not happen. */
export interface StackMeasures {
  /** When the stack first detected the fault, and how. */
  detected: { afterMs: number; what: string } | null;
  newPrimary: { afterMs: number; node: string } | null;
  /** Moments at which an older timeline still acknowledged a write after a newer one had. */
  twoPrimaries: string[];
  timelines: { before: number; after: number };
  /** The most sessions that the application had on the primary. */
  connections: { before: number; after: number };
}

/** A commit that a node acknowledged, and which node. */
export interface NodeWrite extends AcknowledgedWrite {
  node: string;
}

export function measureStack(observation: Observation, injectedAtMs: number): StackMeasures {
  const writes = observation.databaseNodes
    .flatMap(({ part, writes }) => writes.map((write) => ({ ...write, node: part.name })))
    .toSorted((a, b) => a.endedMs - b.endedMs);
  const before = Math.max(
    1,
    ...writes.filter(({ endedMs }) => endedMs < injectedAtMs).map(({ timeline }) => timeline),
  );
  const firstOfNew = writes.find(({ timeline, endedMs }) => timeline > before && endedMs >= injectedAtMs);
  const samples = observation.databaseNodes.flatMap(({ connections }) => connections);
  const most = (counts: { count: number }[]) => Math.max(0, ...counts.map(({ count }) => count));
  return {
    detected: firstDetected(observation, injectedAtMs),
    newPrimary: firstOfNew ? { afterMs: firstOfNew.endedMs - injectedAtMs, node: firstOfNew.node } : null,
    twoPrimaries: momentsWithTwo(writes),
    timelines: { before, after: Math.max(before, ...writes.map(({ timeline }) => timeline)) },
    connections: {
      before: most(samples.filter(({ atMs }) => atMs < injectedAtMs)),
      after: most(samples.filter(({ atMs }) => atMs >= injectedAtMs)),
    },
  };
}

/**
 * A write on an older timeline that began after a newer timeline had acknowledged one: two nodes took writes.
 * @param writes In the order of their acknowledgement.
 */
export function momentsWithTwo(writes: NodeWrite[]): string[] {
  const firstEnd = new Map<number, NodeWrite>();
  for (const write of writes) if (!firstEnd.has(write.timeline)) firstEnd.set(write.timeline, write);
  return writes.flatMap((write) => {
    const newer = [...firstEnd.values()].find(
      (first) => first.timeline > write.timeline && first.endedMs < write.beganMs,
    );
    return newer
      ? [`${write.node} on timeline ${write.timeline} after ${newer.node} on ${newer.timeline}`]
      : [];
  });
}

function firstDetected(observation: Observation, injectedAtMs: number): StackMeasures["detected"] {
  const detections = [
    ...observation.told,
    ...observation.proxies.flatMap(({ downs }) =>
      downs.map(({ atMs, proxy, server, reason }) => ({ atMs, what: `${proxy}: ${server} down, ${reason}` })),
    ),
    ...observation.databaseNodes.flatMap(({ part, roleChanges }) =>
      roleChanges.map(({ atMs, role }) => ({ atMs, what: `${part.name} is ${role}` })),
    ),
    ...observation.containers.events
      .filter(({ action }) => action === "start" || action === "health_status: unhealthy")
      .map(({ atMs, container, action }) => ({ atMs, what: `${container}: ${action}` })),
  ];
  const first = detections.filter(({ atMs }) => atMs >= injectedAtMs).toSorted((a, b) => a.atMs - b.atMs)[0];
  return first ? { afterMs: first.atMs - injectedAtMs, what: first.what } : null;
}
