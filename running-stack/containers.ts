import path from "node:path";
import { docker, lastLines } from "../infra/docker/steps/docker-client.ts";
import { isPrimary, isReplica } from "../infra/docker/steps/is-primary.ts";
import { PersonError } from "../infra/errors.ts";
import type { Role } from "../infra/topology.ts";
import { configurationOf } from "./pulumi/project.ts";

/** A container of a stack as Docker lists it. */
export interface StackContainer {
  name: string;
  node: number;
  running: boolean;
}

const onAws = {
  backups: () =>
    'RDS and AWS Backup make, keep, verify and restore the backups there; see docs/aws.md, "Backups and restores"',
  repair: () => "RDS, ECS and S3 replace what is broken there",
  rotate: () => 'set a new value and deploy; see docs/aws.md, "A new version"',
  logs: (stack: string, region: string) =>
    `its nodes and migrations write to one log group, which is followed with ${tailCommand(stack, region)}`,
  sql: (stack: string) =>
    `RDS lets in the service's own tasks alone; for a psql beside them \`npm run -s outputs -- --stack ${stack} --show-secrets\` has the address`,
  shell: () => "its tasks take no shell there; `npm run logs` says how to read what they write",
};

/** The name of the log group ends in letters that Pulumi drew. */
function tailCommand(stack: string, region: string): string {
  const find = `aws logs describe-log-groups --region ${region} --log-group-name-prefix capstone-${stack}-tasks --query 'logGroups[0].logGroupName' --output text`;
  return `\`aws logs tail --follow --region ${region} "$(${find})"\``;
}

/** @throws PersonError on AWS, which has its own way for this. */
export function requireDocker(stack: string, what: keyof typeof onAws = "backups"): void {
  const configuration = configurationOf(stack);
  if (configuration["capstone:target"] !== "aws") return;
  const instead = onAws[what](path.basename(stack), String(configuration["aws:region"]));
  throw new PersonError(`The stack ${stack} runs on AWS: ${instead}.`);
}

/** The containers of a role, stopped ones too, by their number. */
export async function containersOf(stack: string, role: Role): Promise<StackContainer[]> {
  const listed = await docker([
    ...[
      "ps",
      "--all",
      "--filter",
      `label=capstone.stack=${stack}`,
      "--filter",
      `label=capstone.role=${role}`,
    ],
    ...["--format", '{{.Names}}\t{{.State}}\t{{.Label "capstone.node"}}'],
  ]);
  if (listed.exitCode !== 0) throw new PersonError(`Docker does not answer: ${lastLines(listed)}`);
  return listed.standardOutput
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [name = "", state, node] = line.split("\t");
      return { name, running: state === "running", node: Number(node) };
    })
    .toSorted((a, b) => a.node - b.node);
}

/** @throws PersonError when it is not running. */
export async function backupContainer(stack: string): Promise<string> {
  const [container] = await containersOf(stack, "backup");
  if (!container?.running) {
    throw new PersonError(
      `The stack ${stack} has no running backup container; \`npm run up -- --stack ${stack}\` starts it.`,
    );
  }
  return container.name;
}

/** The database node that reports being primary; undefined when none does. */
export function findPrimary(stack: string): Promise<string | undefined> {
  return findDatabaseNode(stack, isPrimary);
}

async function findDatabaseNode(
  stack: string,
  matches: (container: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const { name, running } of await containersOf(stack, "database")) {
    if (running && (await matches(name))) return name;
  }
  return undefined;
}

/** @throws PersonError when no node is the primary. */
export async function requirePrimary(stack: string): Promise<string> {
  const primary = await findPrimary(stack);
  if (!primary) throw new PersonError(`No database node of the stack ${stack} is the primary now.`);
  return primary;
}

/** @throws PersonError when no node is a replica that runs. */
export async function requireReplica(stack: string): Promise<string> {
  const replica = await findDatabaseNode(stack, isReplica);
  if (!replica) throw new PersonError(`No database node of the stack ${stack} is a replica that runs now.`);
  return replica;
}

/** Enough for a backup or a restore of a large database. */
const longestMs = 6 * 3600 * 1000;

/**
 * Runs a program in a container to its end.
 * @returns What it printed, trimmed.
 * @throws PersonError with its error output.
 */
export async function execute(container: string, command: string[]): Promise<string> {
  const ended = await docker(["exec", container, ...command], longestMs);
  if (ended.exitCode === 0) return ended.standardOutput.trim();
  // It, or its container, was killed before it could print anything.
  if (ended.exitCode === null || ended.exitCode >= 128) {
    throw new PersonError(
      `${container} was stopped before \`${command.join(" ")}\` had finished; try again once it runs.`,
    );
  }
  throw new PersonError(lastLines(ended));
}
