import { counts, ports } from "../../infra/topology.ts";
import type { ObjectStoreObservation } from "./observation.ts";
import { firstAnswer, type ProbeTarget, probe, probeHttp, running } from "./probe.ts";

/** The members of consensus that see a quorum: etcd says so only after a read that needs one. */
export async function probeConsensus(target: ProbeTarget): Promise<string[]> {
  const command = [
    "etcdctl",
    `--endpoints=http://127.0.0.1:${ports.consensusClient}`,
    "--command-timeout=2s",
    "endpoint",
    "health",
  ];
  const members = running(target.parts, "consensus").map(async (part) => {
    const health = { port: ports.consensusClient, path: "/health", command };
    const printed = await probeHttp(target, part, health);
    return printed !== undefined && seesQuorum(printed) ? [part.name] : [];
  });
  return (await Promise.all(members)).flat();
}

/** Either etcd's `{"health":"true"}`, or what etcdctl prints when it succeeds. */
export function seesQuorum(printed: string): boolean {
  return !/"health":\s*"?false/.test(printed);
}

const readClusterHealth = `printf 'authorization: Bearer %s' "$(cat "$GARAGE_ADMIN_TOKEN_FILE")" |
  curl --silent --fail --max-time 2 --header @- http://127.0.0.1:${ports.objectStoreAdmin}/v2/GetClusterHealth`;

/** Garage's view of its cluster. One node's word is not enough: it takes many seconds to notice that another hangs. */
export async function probeObjectStore(target: ProbeTarget): Promise<ObjectStoreObservation | undefined> {
  const nodes = running(target.parts, "object-store");
  const path = { port: ports.objectStoreAdmin, path: "/health" };
  const answers = await Promise.all(
    nodes.map(async (part) =>
      readHealth((await probeHttp(target, part, { ...path, command: ["true"] })) ?? ""),
    ),
  );
  const answering = answers.filter((answer) => answer !== undefined);
  const summary = worst(answering, nodes.length - answering.length);
  // Anything else it tells in full only to who has the token, which is in the container.
  if (summary?.status === "healthy") return summary;
  const detailed = await firstAnswer(
    nodes,
    (part) => probe(target, part, ["sh", "-c", readClusterHealth]),
    (text) => {
      const { status, storageNodes, storageNodesUp } = JSON.parse(text);
      return { status, nodes: storageNodes, nodesUp: storageNodesUp };
    },
  );
  return worst(
    [detailed, summary].filter((one) => one !== undefined),
    0,
  );
}

const states = ["healthy", "degraded"];

/**
 * The worst that a node says of the cluster, in which those that do not answer are not up. A quorum that one node sees
 * is there: a node that sees none is by itself.
 * @param silent How many running nodes do not answer.
 */
export function worst(answers: ObjectStoreObservation[], silent: number): ObjectStoreObservation | undefined {
  const seesQuorum = answers.filter(({ status }) => status !== "unavailable");
  const alone = answers.length - seesQuorum.length;
  const [said] = seesQuorum.toSorted((a, b) => states.indexOf(b.status) - states.indexOf(a.status));
  if (!said) return answers[0];
  if (silent + alone === 0 || said.status !== "healthy") return said;
  return { ...said, status: "degraded", nodesUp: said.nodes - silent - alone };
}

/** Garage's health in words, which it tells without a token. Only a healthy cluster says how many nodes are up: all. */
export function readHealth(text: string): ObjectStoreObservation | undefined {
  const nodes = counts.objectStore;
  if (/fully operational/.test(text)) return { status: "healthy", nodes, nodesUp: nodes };
  if (/Quorum is not available/.test(text)) return { status: "unavailable", nodes, nodesUp: undefined };
  if (/operational/.test(text)) return { status: "degraded", nodes, nodesUp: undefined };
  return undefined;
}
