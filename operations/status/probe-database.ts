import { ports } from "../../infra/topology.ts";
import type { DatabaseMember, DatabaseObservation, PartObservation } from "./observation.ts";
import { firstAnswer, type ProbeTarget, probe, running } from "./probe.ts";

/** What Patroni reports about its own node. */
interface NodeAnswer {
  role: string;
  state: string;
  timeline?: number;
  replication_state?: string;
  xlog?: { location?: number; received_location?: number };
  replication?: { application_name: string; state: string; sync_state: string }[];
}
/** The timeline that ended, where, why, when, and the new primary. */
type HistoryAnswer = [number, number, string, string?, string?][];

const curl = (path: string) => [
  "curl",
  "--silent",
  "--max-time",
  "2",
  `http://127.0.0.1:${ports.patroni}${path}`,
];

/** Probes every database node directly, which also works without consensus. */
export async function probeDatabase(target: ProbeTarget): Promise<DatabaseObservation> {
  const nodes = running(target.parts, "database");
  const [answers, history] = await Promise.all([
    Promise.all(nodes.map((part) => probeNode(target, part))),
    firstAnswer(target, nodes, curl("/history"), (text) => JSON.parse(text) as HistoryAnswer),
  ]);
  const [timeline, , , at, newPrimary] = history?.at(-1) ?? [];
  return {
    members: readMembers(answers),
    lastFailover:
      timeline === undefined || at === undefined
        ? undefined
        : { at, timeline: timeline + 1, newPrimary: newPrimary ?? "a node" },
  };
}

interface NodeResponse {
  name: string;
  answer: NodeAnswer | undefined;
}

async function probeNode({ engine }: ProbeTarget, part: PartObservation): Promise<NodeResponse> {
  const printed = await probe(engine, part, curl("/patroni"));
  try {
    return { name: part.name, answer: JSON.parse(printed ?? "") as NodeAnswer };
  } catch {
    return { name: part.name, answer: undefined };
  }
}

/** The primary decides which standbys are synchronous. */
export function readMembers(responses: NodeResponse[]): DatabaseMember[] {
  const primary = responses.find(({ answer }) => answer?.role === "primary")?.answer;
  const synchronous = (primary?.replication ?? [])
    .filter(({ state, sync_state: sync }) => state === "streaming" && /^(sync|quorum)$/.test(sync))
    .map(({ application_name: name }) => name);
  return responses.map(({ name, answer }) => {
    if (!answer) return { name, role: "unknown", state: "silent", timeline: undefined, lagBytes: undefined };
    const { role, state, timeline, replication_state: replication, xlog } = answer;
    const isPrimary = role === "primary";
    const [written, received] = [primary?.xlog?.location, xlog?.received_location];
    return {
      name,
      role: isPrimary ? "primary" : synchronous.includes(name) ? "synchronous standby" : "replica",
      state: isPrimary ? state : (replication ?? state),
      timeline: timeline ?? primary?.timeline,
      // The two were probed one after the other, so the difference can be negative.
      lagBytes: isPrimary || !written || !received ? undefined : Math.max(0, written - received),
    };
  });
}
