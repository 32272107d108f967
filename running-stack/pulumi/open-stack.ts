import { copyFileSync } from "node:fs";
import path from "node:path";
import { readDocker } from "../../infra/docker/steps/docker-client.ts";
import { PersonError } from "../../infra/errors.ts";
import { projectRoot } from "../../infra/project.ts";
import { type Deployment, healInterrupted, readDeployment } from "./deployment.ts";
import { forgottenAtAws, takeOverFromAws } from "./interrupted-aws.ts";
import { readProject } from "./project.ts";
import { readPulumi } from "./pulumi-cli.ts";
import { releaseStaleLock } from "./stack-lock.ts";
import { machineSettings } from "./stack-settings.ts";
import { damagedStateFile } from "./state-file.ts";

/**
 * The stack as it was last deployed, created if it is new. Nothing else is written, so a preview may do it.
 * @throws PersonError when its state cannot be read, or was lost.
 */
export async function findOrCreateStack(stack: string): Promise<Deployment> {
  const deployed = await findStack(stack);
  await refuseLostState(stack, deployed);
  if (deployed) return deployed;
  await createStack(stack);
  return readDeployment(stack);
}

/**
 * Makes a stack ready to deploy: creates it if it is new, and cleans up after a killed deployment.
 * @throws PersonError when the stack is being deployed, or its state cannot be read.
 */
export async function openStack(stack: string): Promise<Deployment> {
  if (await releaseStaleLock(readProject().name, stack)) {
    console.error(`The last deployment of ${stack} was killed; its lock was released.`);
  }
  const deployed = await findOrCreateStack(stack);
  const [takenOver, forgotten] = [takeOverFromAws(deployed), forgottenAtAws(deployed)];
  for (const name of await healInterrupted(stack, deployed)) {
    console.error(
      `The last deployment of ${stack} was interrupted; ${name}, which it was creating, was removed and will be created again.`,
    );
  }
  for (const name of takenOver) {
    console.error(
      `The last deployment of ${stack} was interrupted while AWS was creating ${name}; it is taken over if it is there, and created again if not.`,
    );
  }
  for (const name of forgotten) {
    console.error(
      `The last deployment of ${stack} was interrupted while AWS was creating ${name}; another one is created. If AWS has the first one, nothing will delete it: see docs/aws.md, "A new version".`,
    );
  }
  return deployed;
}

/**
 * A stack without resources whose containers or data are here has lost its state: deploying it would collide with them.
 * @throws PersonError that says what is here and the ways back.
 */
async function refuseLostState(stack: string, deployed: Deployment | undefined): Promise<void> {
  if (deployed?.deployment.resources?.some(({ type }) => type.startsWith("docker:"))) return;
  const filter = ["--filter", `label=capstone.stack=${stack}`, "--quiet"];
  const count = async (...list: string[]) =>
    (await readDocker([...list, ...filter]).catch(() => "")).split("\n").filter(Boolean).length;
  const [containers, volumes] = [await count("ps", "--all"), await count("volume", "ls")];
  if (containers + volumes === 0) return;
  throw new PersonError(
    `${containers} containers and ${volumes} volumes of the stack ${stack} are here, and Pulumi's state knows none of them: it was lost, or is kept elsewhere. Nothing was changed, and what runs goes on. \`npm run repair -- state --stack ${stack}\` brings the state back from the backups (docs/runbooks/lost-state.md); \`npm run down -- --data --stack ${stack}\` deletes all of it.`,
  );
}

/**
 * The stack as it was last deployed; undefined when there is none of that name.
 * @throws PersonError when the state cannot be read.
 */
export async function findStack(stack: string): Promise<Deployment | undefined> {
  try {
    return await readDeployment(stack);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr ?? String(error);
    if (/no stack named/.test(said)) return undefined;
    const wayOut = damagedStateFile(stack)
      ? ` \`npm run repair -- state --stack ${stack}\` brings back its newest copy from the backups.`
      : "";
    throw new PersonError(
      `The state of the stack ${stack} cannot be read: ${said.trim().replace(/^error: /, "")}${wayOut}`,
    );
  }
}

/** Creates a stack without resources. */
export async function createStack(stack: string): Promise<void> {
  const args = ["stack", "init", "--stack", stack, "--no-select"];
  const settings = machineSettings(stack);
  if (settings) {
    // Pulumi writes the new stack's salt beside the Pulumi.yaml that it finds, which must not be the committed one.
    const directory = path.dirname(settings);
    copyFileSync(path.join(projectRoot, "Pulumi.yaml"), path.join(directory, "Pulumi.yaml"));
    args.push("--cwd", directory);
  }
  await readPulumi(args);
}
