import { copyFileSync } from "node:fs";
import path from "node:path";
import { PersonError } from "../../infra/errors.ts";
import { type Deployment, healInterrupted, namedAndUnknown, readDeployment } from "./deployment.ts";
import { readProject } from "./project.ts";
import { readPulumi } from "./pulumi-cli.ts";
import { releaseStaleLock } from "./stack-lock.ts";
import { machineSettings } from "./stack-settings.ts";

/**
 * Makes a stack ready to be compared: creates it if it is new, and changes nothing of one that is there.
 * @throws PersonError when the stack is being deployed, or its state cannot be read.
 */
export async function findOrCreateStack(stack: string): Promise<Deployment> {
  const deployed = await findStack(stack);
  if (deployed) return deployed;
  await createStack(stack);
  return readDeployment(stack);
}

/**
 * Makes a stack ready to be deployed: creates it if it is new, and clears away what a killed deployment left.
 * @throws PersonError when the stack is being deployed, or its state cannot be read.
 */
export async function openStack(stack: string): Promise<Deployment> {
  if (await releaseStaleLock(readProject().name, stack)) {
    console.error(`The last deployment of ${stack} was killed; its lock is released.`);
  }
  const deployed = await findOrCreateStack(stack);
  const unknown = namedAndUnknown(deployed);
  if (unknown.length > 0) {
    throw new PersonError(
      `The last deployment of ${stack} was interrupted while AWS was making ${unknown.join(", ")}. Wait until it is there, or not, and run \`npm run pulumi -- refresh --stack ${stack}\`: it asks for the id of each, and takes it over or forgets it.`,
    );
  }
  for (const name of await healInterrupted(stack, deployed)) {
    console.error(
      `The last deployment of ${stack} was interrupted; ${name}, which it was creating, is removed to be made again.`,
    );
  }
  return deployed;
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
    throw new PersonError(
      `The state of the stack ${stack} cannot be read: ${said.trim().replace(/^error: /, "")}`,
    );
  }
}

async function createStack(stack: string): Promise<void> {
  const args = ["stack", "init", "--stack", stack, "--no-select"];
  const settings = machineSettings(stack);
  if (settings) {
    // Pulumi writes the new stack's salt beside the Pulumi.yaml that it finds: that must not be the committed one.
    const directory = path.dirname(settings);
    copyFileSync(
      path.resolve(import.meta.dirname, "..", "..", "Pulumi.yaml"),
      path.join(directory, "Pulumi.yaml"),
    );
    args.push("--cwd", directory);
  }
  await readPulumi(args);
}
