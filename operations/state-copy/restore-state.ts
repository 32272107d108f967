import { rename, writeFile } from "node:fs/promises";
import type Docker from "dockerode";
import { docker, lastLines, thrownAway } from "../../infra/docker/steps/docker-client.ts";
import { PersonError } from "../../infra/errors.ts";
import { partName } from "../../infra/naming.ts";
import { userIds } from "../../infra/topology.ts";
import { importDeployment } from "../../running-stack/pulumi/deployment.ts";
import { createStack, findStack } from "../../running-stack/pulumi/open-stack.ts";
import { machineSettings } from "../../running-stack/pulumi/stack-settings.ts";
import { damagedStateFile } from "../../running-stack/pulumi/state-file.ts";
import { copiesFolder, type StateCopy } from "./save-state.ts";
import { open, passphrase } from "./sealed.ts";

/**
 * Brings the newest copy of the stack's state back from the backups, in place of one that is lost or cannot be read.
 * @returns What was done, for people.
 * @throws PersonError when there is a state already, or no copy that can be opened. Nothing was changed then.
 */
export async function restoreState(engine: Docker, stack: string): Promise<string> {
  const damaged = damagedStateFile(stack);
  const found = damaged ? undefined : await findStack(stack);
  const resources = found?.deployment.resources ?? [];
  if (resources.some(({ type }) => type !== "pulumi:pulumi:Stack"))
    throw new PersonError(
      `Nothing was changed. The stack ${stack} has a state, with ${resources.length} resources.`,
    );
  const secret = passphrase();
  if (!secret)
    throw new PersonError(
      "Nothing was changed. There is no passphrase: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.",
    );
  const copy = JSON.parse(open(await readNewestCopy(engine, stack), secret)) as StateCopy;
  if (copy.stack !== stack)
    throw new PersonError(`Nothing was changed. The copy is of the stack ${copy.stack}.`);
  // Somebody may still read something in it.
  if (damaged) await rename(damaged, `${damaged}.damaged`);
  if (!found) await createStack(stack);
  const settings = machineSettings(stack);
  if (settings && copy.settings !== undefined) await writeFile(settings, copy.settings, { mode: 0o600 });
  await importDeployment(stack, copy.deployment);
  return `The state of the stack ${stack} is that of ${copy.savedAt} again. \`npm run up -- --stack ${stack}\` brings it up to date.`;
}

async function readNewestCopy(engine: Docker, stack: string): Promise<string> {
  const volume = partName(stack, "backup", 1);
  const image = await anyImage(engine, stack);
  const script = `newest=$(ls -1 ${copiesFolder}/*.sealed 2>/dev/null | tail -n 1); [ -n "$newest" ] && cat "$newest"`;
  const user = `--user=${userIds.database}:${userIds.database}`;
  const mount = `--volume=${volume}:/var/lib/pgbackrest:ro`;
  const read = await docker(["run", ...thrownAway, user, mount, "--entrypoint=sh", image, "-c", script]);
  if (read.exitCode !== 0)
    throw new PersonError(
      `Nothing was changed. The volume ${volume} has no copy of the state${read.standardError ? `: ${lastLines(read)}` : ""}.`,
    );
  return read.standardOutput.trim();
}

/** Any image of the stack has a shell. */
async function anyImage(engine: Docker, stack: string): Promise<string> {
  const containers = await engine.listContainers({
    all: true,
    filters: { label: [`capstone.stack=${stack}`] },
  });
  return containers[0]?.ImageID ?? "debian:trixie-slim";
}
