import { ports } from "../../infra/topology.ts";
import type {
  DatabaseMember,
  DatabaseObservation,
  PartObservation,
  WatcherObservation,
} from "./observation.ts";
import { firstAnswer, type ProbeTarget, probeHttp, running } from "./probe.ts";
import { probeSessions } from "./probe-sessions.ts";
import { probeWatcher } from "./probe-watcher.ts";

/** What Patroni reports about its own node. */
interface NodeAnswer {
  role: string;
  state: string;
  timeline?: number;
  replication_state?: string;
  xlog?: { location?: number; received_location?: number };
  /** Seconds since 1970. */
  dcs_last_seen?: number;
  replication?: { application_name: string; state: string; sync_state: string }[];
}
/** The timeline that ended, where, why, when, and the new primary. */
type HistoryAnswer = [number, number, string, string?, string?][];

/** What Patroni reads in consensus. */
interface ClusterAnswer {
  members: { name: string; role: string }[];
  pause?: boolean;
}

const port = ports.patroni;

function ask(target: ProbeTarget, path: string): (part: PartObservation) => Promise<string | undefined> {
  const command = ["curl", "--silent", "--max-time", "2", `http://127.0.0.1:${port}${path}`];
  return (part) => probeHttp(target, part, { port, path, command });
}

/** Probes every database node directly, which also works without consensus. */
export async function probeDatabase(target: ProbeTarget): Promise<DatabaseObservation> {
  const nodes = running(target.parts, "database");
  const [answers, recorded, history] = await Promise.all([
    Promise.all(nodes.map((part) => probeNode(target, part))),
    firstAnswer(nodes, ask(target, "/cluster"), readCluster),
    firstAnswer(nodes, ask(target, "/history"), (text) => JSON.parse(text) as HistoryAnswer),
  ]);
  const [timeline, , , at, newPrimary] = history?.at(-1) ?? [];
  return {
    members: readMembers(answers),
    recorded,
    lastFailover:
      timeline === undefined || at === undefined
        ? undefined
        : { at, timeline: timeline + 1, newPrimary: newPrimary ?? "a node" },
  };
}

interface NodeResponse {
  name: string;
  answer: NodeAnswer | undefined;
  watcher: WatcherObservation | undefined;
  beginsSessions: boolean;
}

/** Who leads and who may take over is what consensus has recorded, whatever the nodes believe. */
export function readCluster(text: string): DatabaseObservation["recorded"] {
  const { members, pause } = JSON.parse(text) as ClusterAnswer;
  const named = (roles: RegExp) => members.filter(({ role }) => roles.test(role)).map(({ name }) => name);
  return {
    leader: named(/^(leader|standby_leader)$/)[0],
    synchronousStandbys: named(/^(sync|quorum)_standby$/),
    paused: pause ?? false,
  };
}

async function probeNode(target: ProbeTarget, part: PartObservation): Promise<NodeResponse> {
  const [printed, watcher, beginsSessions] = await Promise.all([
    ask(target, "/patroni")(part),
    probeWatcher(target, part),
    probeSessions(target, part),
  ]);
  const told = { name: part.name, watcher, beginsSessions };
  try {
    return { ...told, answer: JSON.parse(printed ?? "") as NodeAnswer };
  } catch {
    return { ...told, answer: undefined };
  }
}

/** The primary decides which standbys are synchronous. */
export function readMembers(responses: NodeResponse[]): DatabaseMember[] {
  const primary = responses.find(({ answer }) => answer?.role === "primary")?.answer;
  const synchronous = (primary?.replication ?? [])
    .filter(({ state, sync_state: sync }) => state === "streaming" && /^(sync|quorum)$/.test(sync))
    .map(({ application_name: name }) => name);
  return responses.map(({ name, answer, watcher, beginsSessions }) => {
    if (!answer) {
      const unknown = { timeline: undefined, lagBytes: undefined, consensusSeenAt: undefined };
      return { name, role: "unknown", state: "silent", ...unknown, watcher, beginsSessions };
    }
    const { role, state, timeline, replication_state: replication, xlog, dcs_last_seen: seen } = answer;
    const isPrimary = role === "primary";
    const [written, received] = [primary?.xlog?.location, xlog?.received_location];
    return {
      name,
      role: isPrimary ? "primary" : synchronous.includes(name) ? "synchronous standby" : "replica",
      state: isPrimary ? state : (replication ?? state),
      timeline: timeline ?? primary?.timeline,
      // The two were probed one after the other, so the difference can be negative.
      lagBytes: isPrimary || !written || !received ? undefined : Math.max(0, written - received),
      consensusSeenAt: seen,
      watcher,
      beginsSessions,
    };
  });
}
