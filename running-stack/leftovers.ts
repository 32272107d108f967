import { readDocker } from "../infra/docker/steps/docker-client.ts";
import { containerIds, type Deployment } from "./pulumi/deployment.ts";

/**
 * Removes the stack's containers that are not in its state, as an interrupted drill or bench leaves them: a network with
 * a container attached cannot be removed.
 */
export async function removeUnknownContainers(stack: string, deployed: Deployment): Promise<void> {
  const known = containerIds(deployed);
  const list = ["ps", "--all", "--no-trunc", "--filter", `label=capstone.stack=${stack}`, "--quiet"];
  await removeAll(list, ["rm", "--force"], (id) => !known.has(id));
}

/**
 * Removes everything that carries the stack's label: what jobs and drills started, or all of it if the state was lost.
 * @param withData Whether to remove volumes too.
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
