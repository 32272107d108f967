import { docker } from "./docker-client.ts";

/**
 * Lets a database node stop without the moment in which it still refuses connected clients (start-node): for when every
 * node is stopped, and clients would find no other. A stopped node is left alone.
 */
export async function leaveAtOnce(container: string): Promise<void> {
  await docker(["exec", container, "touch", "/run/patroni/leave-at-once"]);
}
