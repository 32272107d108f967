import { ports } from "../infra/topology.ts";
import { type Asked, firstAnswer, running } from "./ask.ts";

export interface DatabaseMember {
  name: string;
  role: "primary" | "synchronous standby" | "replica";
  /** Patroni's word: `running` for a primary that is well, `streaming` for a replica. */
  state: string;
  timeline: number | undefined;
  /** Bytes of the log that it has not received; undefined where that is not known, and for the primary. */
  lagBytes: number | undefined;
}

export interface DatabaseLook {
  members: DatabaseMember[];
  /** Undefined while nobody ever took over. */
  lastFailover: { at: string; timeline: number; newPrimary: string } | undefined;
}

interface ClusterAnswer {
  members: { name: string; role: string; state: string; timeline?: number; lag?: number | string }[];
}
/** Timeline that ended, where, why, when, and who went on. */
type HistoryAnswer = [number, number, string, string?, string?][];

/** What Patroni says of its cluster, asked of any node that answers. */
export async function lookAtDatabase(asked: Asked): Promise<DatabaseLook | undefined> {
  const nodes = running(asked.parts, "database");
  const ask = <T>(path: string) =>
    firstAnswer(
      asked,
      nodes,
      ["curl", "--silent", "--max-time", "2", `http://127.0.0.1:${ports.patroni}${path}`],
      (text) => JSON.parse(text) as T,
    );
  const [cluster, history] = await Promise.all([
    ask<ClusterAnswer>("/cluster"),
    ask<HistoryAnswer>("/history"),
  ]);
  if (!cluster) return undefined;
  const [timeline, , , at, newPrimary] = history?.at(-1) ?? [];
  return {
    members: cluster.members.map(({ name, role, state, timeline: own, lag }) => ({
      name,
      role: role === "leader" ? "primary" : role.startsWith("sync") ? "synchronous standby" : "replica",
      state,
      timeline: own,
      lagBytes: typeof lag === "number" ? lag : undefined,
    })),
    lastFailover:
      timeline === undefined || at === undefined
        ? undefined
        : { at, timeline: timeline + 1, newPrimary: newPrimary ?? "?" },
  };
}
