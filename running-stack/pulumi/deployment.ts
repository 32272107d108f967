import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readDocker } from "../../infra/docker/steps/docker-client.ts";
import { PersonError } from "../../infra/errors.ts";
import { readPulumi } from "./pulumi-cli.ts";

export interface Resource {
  type: string;
  urn?: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** The part of `pulumi stack export` that is used here. */
export interface Deployment {
  deployment: {
    resources?: Resource[];
    pending_operations?: { type: string; resource: Resource }[];
  };
}

const containerType = "docker:index/container:Container";

/** What Docker lists, and which resources should be among it: a stopped container counts as missing. */
const listings: { args: string[]; expects: (resource: Resource) => boolean }[] = [
  {
    args: ["ps", "--quiet", "--no-trunc"],
    expects: ({ type, inputs }) => type === containerType && inputs?.mustRun !== false,
  },
  {
    args: ["ps", "--all", "--quiet", "--no-trunc"],
    expects: ({ type, inputs }) => type === containerType && inputs?.mustRun === false,
  },
  {
    args: ["network", "ls", "--quiet", "--no-trunc"],
    expects: ({ type }) => type === "docker:index/network:Network",
  },
  { args: ["volume", "ls", "--quiet"], expects: ({ type }) => type === "docker:index/volume:Volume" },
];

/** The stack as it was last deployed. Secrets stay encrypted. */
export async function readDeployment(stack: string): Promise<Deployment> {
  return JSON.parse(await readPulumi(["stack", "export", "--stack", stack]));
}

/**
 * What AWS may have put back by itself: a service whose deployment was rolled back runs the old version, while the state
 * holds the new one, so that an `up` would find nothing to do.
 */
export function rolledBackByItself(deployed: Deployment): string[] {
  const services = deployed.deployment.resources?.filter(({ type }) => type === "aws:ecs/service:Service");
  return (services ?? []).flatMap(({ urn }) => urn ?? []);
}

/** The ids of the containers in the stack's state. */
export function containerIds(deployed: Deployment): Set<string> {
  const containers = deployed.deployment.resources?.filter(({ type }) => type === containerType) ?? [];
  return new Set(containers.map(({ id }) => id ?? ""));
}

/**
 * Cleans up after an interrupted deployment, so that the next can start: what it was creating exists on the engine but
 * not in the state, so its name would be taken. Containers and networks are removed; a volume is kept, since creating it
 * again finds it.
 * @returns The names of what was removed.
 */
export async function healInterrupted(stack: string, deployed: Deployment): Promise<string[]> {
  const pending = deployed.deployment.pending_operations ?? [];
  if (pending.length === 0) return [];
  const known = new Set(deployed.deployment.resources?.map(({ id }) => id));
  const removed: string[] = [];
  for (const { type, resource } of pending) {
    const name = resource.inputs?.name;
    if (type !== "creating" || typeof name !== "string") continue;
    const kind = {
      "docker:index/container:Container": "container",
      "docker:index/network:Network": "network",
    }[resource.type];
    if (!kind) continue;
    const id = await ownId(kind, name, stack);
    if (!id || known.has(id)) continue;
    await readDocker(kind === "container" ? ["rm", "--force", id] : ["network", "rm", id]);
    removed.push(name);
  }
  deployed.deployment.pending_operations = [];
  await importDeployment(stack, deployed).catch((error: Error) => {
    if (!/locked/.test(error.message)) throw error;
    throw new PersonError(
      `The stack ${stack} is locked: it is being deployed, or a deployment that was killed left its lock. Once none runs, \`npm run pulumi -- cancel --stack ${stack}\` takes it away.`,
    );
  });
  return removed;
}

/** The id of the container or network of that name, if it carries the stack's label. */
async function ownId(kind: string, name: string, stack: string): Promise<string | undefined> {
  const labels = kind === "container" ? ".Config.Labels" : ".Labels";
  const format = `{{.Id}} {{index ${labels} "capstone.stack"}}`;
  const found = await readDocker([kind, "inspect", "--format", format, name]).catch(() => undefined);
  const [id, label] = found?.trim().split(" ") ?? [];
  return label === stack ? id : undefined;
}

/** Puts a deployment, as `pulumi stack export` prints it, in the place of the stack's state. */
export async function importDeployment(stack: string, deployed: Deployment): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), "capstone-"));
  try {
    const file = path.join(directory, "deployment.json");
    await writeFile(file, JSON.stringify(deployed), { mode: 0o600 });
    await readPulumi(["stack", "import", "--stack", stack, "--file", file]);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/**
 * Whether anything that was deployed to Docker is gone or not running. Four listings are quick; the refresh of every
 * resource that brings it back is done only when needed.
 */
export async function isMissingResources(deployed: Deployment): Promise<boolean> {
  const resources = deployed.deployment.resources ?? [];
  const missing = listings.map(async ({ args, expects }) => {
    const ids = resources.filter(expects).map(({ id }) => id ?? "");
    if (ids.length === 0) return false;
    const printed = await readDocker(args);
    const there = new Set(printed.split("\n"));
    return ids.some((id) => !there.has(id));
  });
  return (await Promise.all(missing)).includes(true);
}
