import { existsSync, readFileSync } from "node:fs";
import type Docker from "dockerode";
import { partName } from "../../infra/naming.ts";
import { runIn } from "../../running-stack/execute.ts";
import type { Deployment } from "../../running-stack/pulumi/deployment.ts";
import { findStack } from "../../running-stack/pulumi/open-stack.ts";
import { machineSettings } from "../../running-stack/pulumi/stack-settings.ts";
import { passphrase, seal } from "./sealed.ts";

/** Where the copies are, in the volume of the backups. */
export const copiesFolder = "/var/lib/pgbackrest/state";
const copiesKept = 5;

/** What a copy has: all that `repair -- state` needs besides the passphrase. */
export interface StateCopy {
  stack: string;
  savedAt: string;
  /** What `pulumi stack export` prints. Secrets in it are encrypted once more by Pulumi. */
  deployment: Deployment;
  /** This machine's settings of the stack, with the salt of its secrets; undefined where the committed ones are used. */
  settings: string | undefined;
}

/**
 * Puts a copy of the stack's state, encrypted, into the backups. Only a state that is kept on this machine needs one:
 * a backend elsewhere keeps its own.
 * @returns A sentence that says why there is no copy, when there is none.
 */
export async function saveState(engine: Docker, stack: string): Promise<string | undefined> {
  const reason = await reasonNotSaved(engine, stack);
  return reason && `no copy of the state is in the backups: ${reason}`;
}

async function reasonNotSaved(engine: Docker, stack: string): Promise<string | undefined> {
  if (!process.env.PULUMI_BACKEND_URL?.startsWith("file:")) return undefined;
  const secret = passphrase();
  if (!secret) return "there is no passphrase to encrypt it with";
  const found = await findStack(stack).catch((error: Error) => error);
  if (found instanceof Error) return found.message;
  if (!found) return "there is no state";
  const settingsFile = machineSettings(stack);
  const copy: StateCopy = {
    stack,
    savedAt: new Date().toISOString(),
    deployment: found,
    settings: settingsFile && existsSync(settingsFile) ? readFileSync(settingsFile, "utf8") : undefined,
  };
  const file = `${copiesFolder}/${copy.savedAt.replaceAll(":", "")}.sealed`;
  const script = `umask 077; mkdir -p ${copiesFolder} && cat >${file}.unfinished && mv ${file}.unfinished ${file} &&
    ls -1 ${copiesFolder}/*.sealed | head -n -${copiesKept} | xargs -r rm`;
  const container = engine.getContainer(partName(stack, "backup", 1));
  return runIn(container, ["sh", "-c", script], seal(JSON.stringify(copy), secret)).then(
    () => undefined,
    (error: Error) => error.message,
  );
}
