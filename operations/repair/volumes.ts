import { readDocker, thrownAway } from "../../infra/docker/steps/docker-client.ts";
import { partName } from "../../infra/naming.ts";
import type { Role } from "../../infra/topology.ts";

const emptyTimeoutMs = 10 * 60_000;

/** Removes everything in the volume of a part whose container does not run; the volume stays, since Pulumi made it. */
export async function emptyVolume(stack: string, role: Role, node: number): Promise<void> {
  const container = partName(stack, role, node);
  const image = (await readDocker(["inspect", "--format={{.Image}}", container])).trim();
  const user = (await readDocker(["inspect", "--format={{.Config.User}}", container])).trim();
  const mount = `--volume=${partName(stack, role, node)}:/volume`;
  const run = ["run", ...thrownAway, `--user=${user}`, mount, "--entrypoint=sh", image];
  // What is damaged may be what its owner must not read.
  const empty = "chmod -R u+rwX /volume && find /volume -mindepth 1 -delete";
  await readDocker([...run, "-c", empty], emptyTimeoutMs);
}

/** Stops a part's container; one that does not run is left as it is. */
export async function stopPart(stack: string, role: Role, node: number): Promise<void> {
  await readDocker(["stop", partName(stack, role, node)], 180_000);
}

/** Starts a part's container. */
export async function startPart(stack: string, role: Role, node: number): Promise<void> {
  await readDocker(["start", partName(stack, role, node)]);
}
