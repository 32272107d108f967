import { docker, lastLines, readDocker } from "../../infra/docker/steps/docker-client.ts";
import { PersonError } from "../../infra/errors.ts";
import { partLabels, partName } from "../../infra/naming.ts";
import { secretsDirectory, userIds } from "../../infra/topology.ts";
import { backupContainer } from "../../running-stack/containers.ts";

/** What a restore starts from, as printed by `backups plan`. */
export interface RestorePlan {
  backup: string;
  databaseBytes: number;
  timeline: number;
  /** Null for the end of the archived log. */
  target: string | null;
}

/** The result, as printed by `backups restore`. */
export interface Restored {
  /** As Postgres writes it; null when nothing was committed after the backup. */
  lastCommit: string | null;
  replayedTo: string;
  timeline: number;
  recoverSeconds: number;
}

/** A restore of a large database. */
const longestMs = 6 * 3600 * 1000;

/**
 * Copies the backup's files into a database node's volume, beside the current ones: the node may keep running. Creates
 * the volume if it is gone.
 * @returns How long it took, in seconds.
 */
export async function copyIntoNode(stack: string, node: number, plan: RestorePlan): Promise<number> {
  return ((await runStep(stack, node, "copy", plan)) as { copySeconds: number }).copySeconds;
}

/** Recovers the copy and swaps it in. No node may be running. */
export async function recoverNode(stack: string, node: number, plan: RestorePlan): Promise<Restored> {
  return (await runStep(stack, node, "recover", plan)) as Restored;
}

/** Removes a copy that will not be used. */
export async function discardCopy(stack: string, node: number): Promise<void> {
  await runOnNode(stack, node, ["start-restore", "discard"]);
}

async function runStep(stack: string, node: number, step: string, plan: RestorePlan): Promise<unknown> {
  const printed = await runOnNode(stack, node, ["start-restore", step, "--plan", JSON.stringify(plan)]);
  return JSON.parse(printed.split("\n").at(-1) ?? "");
}

/** The numbers of the nodes that have a volume. */
export async function nodesWithVolumes(stack: string): Promise<number[]> {
  const labels = [`capstone.stack=${stack}`, "capstone.role=database"].map(
    (label) => `--filter=label=${label}`,
  );
  const listed = await readDocker(["volume", "ls", ...labels, '--format={{.Label "capstone.node"}}']);
  return listed.split("\n").filter(Boolean).map(Number);
}

/** Empties the volume of a stopped node, so that it will copy the primary. */
export async function emptyNode(stack: string, node: number): Promise<void> {
  await runOnNode(stack, node, ["find", "/var/lib/postgresql/data", "-mindepth", "1", "-delete"]);
}

async function runOnNode(stack: string, node: number, command: string[]): Promise<string> {
  const name = partName(stack, "restore");
  const data = partName(stack, "database", node);
  const labels = (role: "restore" | "database") =>
    Object.entries(partLabels(stack, role, node)).map(([label, value]) => `--label=${label}=${value}`);
  await readDocker(["volume", "create", ...labels("database"), data]);
  await docker(["rm", "--force", name]);
  const owner = `uid=${userIds.database},gid=${userIds.database},mode=0700`;
  const run = [
    ...["run", "--rm", `--name=${name}`, ...labels("restore"), "--network=none"],
    ...[`--user=${userIds.database}:${userIds.database}`, "--read-only", "--cap-drop=ALL"],
    ...["--security-opt=no-new-privileges", "--memory=768m", "--shm-size=128m"],
    ...["/run/backup", "/run/postgresql", "/tmp"].map((path) => `--tmpfs=${path}:${owner},size=64m`),
    `--volume=${data}:/var/lib/postgresql/data`,
    `--volume=${partName(stack, "backup")}:/var/lib/pgbackrest`,
    `--volume=${partName(stack, "database-secrets")}:${secretsDirectory}:ro`,
    await databaseImage(stack),
    ...command,
  ];
  const ended = await docker(run, longestMs);
  // What the step says is a sentence for people already.
  if (ended.exitCode !== 0) throw new PersonError(lastLines(ended));
  return ended.standardOutput.trim();
}

/** The backup container's image, which is the database's. */
async function databaseImage(stack: string): Promise<string> {
  return (await readDocker(["inspect", "--format={{.Image}}", await backupContainer(stack)])).trim();
}
