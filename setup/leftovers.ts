import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

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

async function removeAll(list: string[], remove: string[]): Promise<void> {
  const { stdout } = await execute("docker", list);
  const ids = stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await execute("docker", [...remove, ...ids]);
}
