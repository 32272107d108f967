import { ports } from "../../infra/topology.ts";
import { type Asked, askIn, firstAnswer, running } from "./probe.ts";

export interface ObjectStoreLook {
  /** Garage's own word: `healthy`, `degraded` or `unavailable`. */
  status: string;
  nodes: number;
  nodesUp: number;
}

/** The members of consensus that see a quorum. */
export async function lookAtConsensus({ engine, parts }: Asked): Promise<string[]> {
  const command = [
    "etcdctl",
    `--endpoints=http://127.0.0.1:${ports.consensusClient}`,
    "--command-timeout=2s",
  ];
  const members = running(parts, "consensus").map(async (part) => {
    const printed = await askIn(engine, part, [...command, "endpoint", "health"]);
    return printed === undefined ? [] : [part.name];
  });
  return (await Promise.all(members)).flat();
}

const askHealth = `printf 'authorization: Bearer %s' "$(cat "$GARAGE_ADMIN_TOKEN_FILE")" |
  curl --silent --fail --max-time 2 --header @- http://127.0.0.1:${ports.objectStoreAdmin}/v2/GetClusterHealth`;

/** What Garage says of its cluster, asked of any node that answers. */
export function lookAtObjectStore(asked: Asked): Promise<ObjectStoreLook | undefined> {
  return firstAnswer(asked, running(asked.parts, "object-store"), ["sh", "-c", askHealth], (text) => {
    const { status, storageNodes, storageNodesUp } = JSON.parse(text);
    return { status, nodes: storageNodes, nodesUp: storageNodesUp };
  });
}
