import { docker } from "../../infra/docker/steps/docker-client.ts";
import { PersonError } from "../../infra/errors.ts";
import { containersOf, execute } from "../../running-stack/containers.ts";

const keys = "/service/capstone/";

/** @returns A member that has a quorum. @throws PersonError when there is none. */
export async function requireConsensus(stack: string): Promise<string> {
  for (const { name, running } of await containersOf(stack, "consensus")) {
    if (!running) continue;
    const health = await docker(["exec", name, "etcdctl", "--command-timeout=3s", "endpoint", "health"]);
    if (health.exitCode === 0) return name;
  }
  throw new PersonError(
    `Consensus of the stack ${stack} has no quorum, so no node could become primary; bring it up with \`npm run up -- --stack ${stack}\`.`,
  );
}

/**
 * Removes the database cluster's members and positions from consensus, so that the restored node may become primary.
 * The cluster's settings stay.
 */
export async function forgetCluster(stack: string): Promise<void> {
  const member = await requireConsensus(stack);
  const found = await execute(member, ["etcdctl", "get", "--prefix", "--keys-only", keys]);
  const forgotten = found.split("\n").filter((line) => line !== "" && line !== `${keys}config`);
  await Promise.all(forgotten.map((key) => execute(member, ["etcdctl", "del", key])));
}
