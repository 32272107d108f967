import { docker } from "./docker-client.ts";

/**
 * Lets a database node, when it is stopped, go without the moment in which it still refuses whoever is connected to it
 * (start-node): for when every node goes, and nobody would find another one. A node that does not run is left alone.
 */
export async function leaveAtOnce(container: string): Promise<void> {
  await docker(["exec", container, "touch", "/run/patroni/leave-at-once"]);
}
