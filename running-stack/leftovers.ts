import { readDocker } from "../infra/docker/steps/docker-client.ts";
import { containerIds, type Deployment } from "./pulumi/deployment.ts";

/**
 * Removes the stack's containers that no state knows, as a drill or bench that was cut short leaves them: a network
 * that one of them is attached to cannot be removed.
 */
export async function removeUnknownContainers(stack: string, deployed: Deployment): Promise<void> {
  const known = containerIds(deployed);
  const list = ["ps", "--all", "--no-trunc", "--filter", `label=capstone.stack=${stack}`, "--quiet"];
  await removeAll(list, ["rm", "--force"], (id) => !known.has(id));
}

/**
 * Removes what carries the stack's label on the engine although no state knows it: what jobs and drills started, or
 * all of it when the state was lost.
 * @param withData volumes too
 */
export async function removeLeftovers(stack: string, withData: boolean): Promise<void> {
  const filter = ["--filter", `label=capstone.stack=${stack}`, "--quiet"];
  await removeAll(["ps", "--all", ...filter], ["rm", "--force"]);
  await removeAll(["network", "ls", ...filter], ["network", "rm"]);
  if (withData) await removeAll(["volume", "ls", ...filter], ["volume", "rm", "--force"]);
}

async function removeAll(list: string[], remove: string[], chosen = (_id: string) => true): Promise<void> {
  const listed = await readDocker(list);
  const ids = listed.split("\n").filter((id) => id !== "" && chosen(id));
  if (ids.length > 0) await readDocker([...remove, ...ids]);
}
