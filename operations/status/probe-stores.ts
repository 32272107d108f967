import { ports } from "../../infra/topology.ts";
import type { ObjectStoreObservation } from "./observation.ts";
import { firstAnswer, type ProbeTarget, probe, running } from "./probe.ts";

/** The members of consensus that see a quorum. */
export async function probeConsensus({ engine, parts }: ProbeTarget): Promise<string[]> {
  const command = [
    "etcdctl",
    `--endpoints=http://127.0.0.1:${ports.consensusClient}`,
    "--command-timeout=2s",
  ];
  const members = running(parts, "consensus").map(async (part) => {
    const printed = await probe(engine, part, [...command, "endpoint", "health"]);
    return printed === undefined ? [] : [part.name];
  });
  return (await Promise.all(members)).flat();
}

const readHealth = `printf 'authorization: Bearer %s' "$(cat "$GARAGE_ADMIN_TOKEN_FILE")" |
  curl --silent --fail --max-time 2 --header @- http://127.0.0.1:${ports.objectStoreAdmin}/v2/GetClusterHealth`;

/** Garage's view of its cluster, from any node that answers. */
export function probeObjectStore(target: ProbeTarget): Promise<ObjectStoreObservation | undefined> {
  return firstAnswer(target, running(target.parts, "object-store"), ["sh", "-c", readHealth], (text) => {
    const { status, storageNodes, storageNodesUp } = JSON.parse(text);
    return { status, nodes: storageNodes, nodesUp: storageNodesUp };
  });
}
