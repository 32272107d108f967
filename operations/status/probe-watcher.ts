import { ports } from "../../infra/topology.ts";
import type { PartObservation, WatcherObservation } from "./observation.ts";
import { type ProbeTarget, probeHttp } from "./probe.ts";

/** Asks the watcher of a database node; undefined when it does not answer. */
export async function probeWatcher(
  target: ProbeTarget,
  part: PartObservation,
): Promise<WatcherObservation | undefined> {
  const port = ports.nodeWatch;
  const command = ["curl", "--silent", "--fail", "--max-time", "2", `http://127.0.0.1:${port}/metrics`];
  const printed = await probeHttp(target, part, { port, path: "/metrics", command });
  return printed === undefined ? undefined : readWatcher(printed);
}

/** Undefined where it says nothing about damage: what is not told is not sound. */
export function readWatcher(metrics: string): WatcherObservation | undefined {
  const value = (name: string) => {
    const found = new RegExp(`^capstone_node_${name} (\\S+)$`, "m").exec(metrics)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const damagedBlocks = value("pages_damaged_blocks");
  const cannotBeMended = value("cannot_be_mended");
  if (damagedBlocks === undefined || cannotBeMended === undefined) return undefined;
  return {
    damagedBlocks,
    refusesWrites: value("refuses_writes") === 1,
    cannotBeMended: cannotBeMended > 0,
    pagesCheckedAt: value("pages_last_pass_timestamp_seconds"),
    remadeAt: value("remade_timestamp_seconds"),
  };
}
