import { setTimeout as sleep } from "node:timers/promises";
import { docker } from "../../infra/docker/steps/docker-client.ts";
import { isPrimary } from "../../infra/docker/steps/is-primary.ts";
import { leaveAtOnce } from "../../infra/docker/steps/leave-at-once.ts";
import { runJob } from "../../infra/docker/steps/run-job.ts";
import { PersonError } from "../../infra/errors.ts";
import { partName } from "../../infra/naming.ts";
import {
  backupContainer,
  containersOf,
  execute,
  findPrimary,
  type StackContainer,
} from "../../running-stack/containers.ts";
import { deployAgain } from "../deploy-again.ts";
import { retireEarlierLogins } from "../rotation/rotate.ts";
import { forgetCluster, requireConsensus } from "./consensus.ts";
import { databaseJobs } from "./database-jobs.ts";
import { describe } from "./describe.ts";
import {
  copyIntoNode,
  discardCopy,
  emptyNode,
  nodesWithVolumes,
  type Restored,
  type RestorePlan,
  recoverNode,
} from "./restore-container.ts";
import { countRows } from "./rows.ts";

export interface RestoreOptions {
  stack: string;
  /** `latest`, or a moment in ISO 8601. */
  to: string;
  /** The timeline to follow; the newest by default. */
  timeline: number | undefined;
}

/** Finds what to restore from; changes nothing. @throws PersonError when that time cannot be restored. */
export async function planRestore({ stack, to, timeline }: RestoreOptions): Promise<RestorePlan> {
  const line = timeline === undefined ? [] : ["--timeline", String(timeline)];
  const container = await backupContainer(stack);
  await requireConsensus(stack);
  return JSON.parse(await execute(container, ["backups", "plan", "--to", to, ...line])) as RestorePlan;
}

/**
 * Restores the stack's database to the planned time. Until the restored database has opened in a container of its own,
 * a failure changes nothing: the nodes are started again as they were.
 * @param say Called with progress.
 * @returns What was done and what was lost, for people.
 */
export async function restore(
  { stack }: RestoreOptions,
  plan: RestorePlan,
  say: (line: string) => void,
): Promise<string> {
  const nodes = await containersOf(stack, "database");
  const primary = await findPrimary(stack);
  const before = primary ? await countRows(primary) : undefined;

  const askedAt = new Date();
  say(`copying backup ${plan.backup}`);
  const copySeconds = await copyIntoNode(stack, 1, plan);

  // Without a primary, the service had no database to begin with.
  const stoppedAt = primary ? new Date() : askedAt;
  const { endedAt, restored } = await recoverOrStartAgain(stack, plan, nodes, primary, say);
  await Promise.all([forgetCluster(stack), emptyOthers(stack)]);
  const first = await startFirst(stack, nodes, say);
  const [jobs] = await Promise.all([databaseJobs(stack), until("primary", first, () => isPrimary(first))]);
  say("updating schema and logins for this release");
  await Promise.all(jobs.map(runJob));
  await retireEarlierLogins(stack);
  const backAt = new Date();

  say("serving again; the other nodes are copying it");
  await startOthers(stack, first);
  const redundantAt = new Date();
  await execute(first, ["rm", "-rf", "/var/lib/postgresql/data/17.before-restore"]);
  say("restoring uploads that are missing from the bucket");
  const uploads = await execute(await backupContainer(stack), ["backups", "uploads", "restore"]);
  // A new timeline begins: give the next restore a backup on it.
  await docker(["exec", "--detach", first, "nice", "-n", "19", "backups", "make", "--type", "full"]);
  const after = await countRows(first);
  const outcome = {
    stack,
    plan,
    restored,
    copySeconds,
    askedAt,
    stoppedAt,
    endedAt,
    backAt,
    redundantAt,
    before,
    after,
  };
  return [...describe(outcome), uploads].join("\n");
}

async function recoverOrStartAgain(
  stack: string,
  plan: RestorePlan,
  nodes: StackContainer[],
  primary: string | undefined,
  say: (line: string) => void,
): Promise<{ endedAt: Date; restored: Restored }> {
  try {
    say("stopping the database nodes");
    await stop(nodes, primary);
    const endedAt = new Date();
    say("replaying the log after it");
    return { endedAt, restored: await recoverNode(stack, 1, plan) };
  } catch (error) {
    say("that failed; the database nodes are started again as they were");
    await discardCopy(stack, 1).catch(() => {});
    if (nodes.length > 0) await docker(["start", ...nodes.map(({ name }) => name)]);
    throw error;
  }
}

/**
 * Replicas first: otherwise one takes over for a moment, and what it writes is lost. They are killed, which is quicker;
 * their data goes anyway. The primary is stopped, so that it archives the end of its log.
 */
async function stop(nodes: StackContainer[], primary: string | undefined): Promise<void> {
  const running = nodes.filter((node) => node.running).map(({ name }) => name);
  const others = running.filter((name) => name !== primary);
  if (primary && others.length > 0) await docker(["kill", ...others]);
  const left = primary ? [primary] : others;
  if (primary) await leaveAtOnce(primary);
  if (left.length === 0) return;
  const stopped = await docker(["stop", ...left], 180_000);
  if (stopped.exitCode !== 0) {
    throw new PersonError(`The database nodes cannot be stopped: ${stopped.standardError.trim()}`);
  }
}

/**
 * Starts the restored node alone; deploys where containers are missing.
 * @returns Its container, soon the primary.
 */
async function startFirst(
  stack: string,
  nodes: StackContainer[],
  say: (line: string) => void,
): Promise<string> {
  if (!nodes.some(({ node }) => node === 1) || nodes.length < 2) {
    say("database containers are missing: deploying");
    // The remaining ones are recreated in order too.
    if (nodes.length > 0) await docker(["rm", "--force", ...nodes.map(({ name }) => name)]);
    await deployAgain(stack);
  } else {
    say("starting the restored node");
    await docker(["start", partName(stack, "database", 1)]);
  }
  return partName(stack, "database", 1);
}

async function emptyOthers(stack: string): Promise<void> {
  for (const node of await nodesWithVolumes(stack)) if (node !== 1) await emptyNode(stack, node);
}

/** The others copy the first. */
async function startOthers(stack: string, first: string): Promise<void> {
  const others = (await containersOf(stack, "database")).filter(({ name }) => name !== first);
  for (const { name } of others) await docker(["start", name]);
  for (const { name } of others) {
    await until("replica", name, async () => (await docker(["exec", name, "health-check"])).exitCode === 0);
  }
}

async function until(what: string, container: string, condition: () => Promise<boolean>): Promise<void> {
  const endsAtMs = Date.now() + 30 * 60_000;
  while (!(await condition())) {
    if (Date.now() > endsAtMs) {
      throw new PersonError(
        `${container} is not a ${what} after 30 minutes; see \`docker logs ${container}\`.`,
      );
    }
    await sleep(300);
  }
}
