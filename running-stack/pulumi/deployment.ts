import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { readPulumi } from "./pulumi-cli.ts";

const execute = promisify(execFile);

interface Resource {
  type: string;
  urn?: string;
  id?: string;
  inputs?: Record<string, unknown>;
}

/** What `pulumi stack export` prints, as far as it is looked at here. */
export interface Deployment {
  deployment: {
    resources?: Resource[];
    pending_operations?: { type: string; resource: Resource }[];
  };
}

const containerType = "docker:index/container:Container";

/** What Docker lists, and whether a resource should be among it: a stopped container is as good as none. */
const listings: { args: string[]; holds: (resource: Resource) => boolean }[] = [
  {
    args: ["ps", "--quiet", "--no-trunc"],
    holds: ({ type, inputs }) => type === containerType && inputs?.mustRun !== false,
  },
  {
    args: ["ps", "--all", "--quiet", "--no-trunc"],
    holds: ({ type, inputs }) => type === containerType && inputs?.mustRun === false,
  },
  {
    args: ["network", "ls", "--quiet", "--no-trunc"],
    holds: ({ type }) => type === "docker:index/network:Network",
  },
  { args: ["volume", "ls", "--quiet"], holds: ({ type }) => type === "docker:index/volume:Volume" },
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

/** The ids of the containers that the stack was last deployed with. */
export function containerIds(deployed: Deployment): Set<string> {
  const containers = deployed.deployment.resources?.filter(({ type }) => type === containerType) ?? [];
  return new Set(containers.map(({ id }) => id ?? ""));
}

/** The properties by which AWS knows what a person named. */
const fixedNames = ["identifier", "clusterIdentifier", "bucket", "name"];

/**
 * What AWS may have made, or still be making, when a deployment was interrupted, and whose name a second one could not
 * have. What Pulumi names itself gets another name the next time.
 * @returns type and name of each.
 */
export function namedAndUnknown(deployed: Deployment): string[] {
  const creating = (deployed.deployment.pending_operations ?? []).filter(({ type }) => type === "creating");
  return creating.flatMap(({ resource: { type, inputs = {} } }) => {
    const chosenByPulumi = [inputs.__defaults ?? []].flat();
    const name = fixedNames
      .filter((property) => !chosenByPulumi.includes(property))
      .map((property) => inputs[property])
      .find((value) => typeof value === "string");
    return type.startsWith("aws:") && name !== undefined ? [`${type} ${name}`] : [];
  });
}

/**
 * Makes an interrupted deployment one that the next can start from: what it was creating at that moment is on the
 * engine but in no state, so that its name would be taken. Containers and networks are removed; a volume is kept, as
 * creating it again finds it.
 * @returns what was removed, by name.
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
    const id = await idOfOurs(kind, name, stack);
    if (!id || known.has(id)) continue;
    await execute("docker", kind === "container" ? ["rm", "--force", id] : ["network", "rm", id]);
    removed.push(name);
  }
  deployed.deployment.pending_operations = [];
  await importDeployment(stack, deployed);
  return removed;
}

/** The id of the container or network of that name, if it carries the stack's label. */
async function idOfOurs(kind: string, name: string, stack: string): Promise<string | undefined> {
  const labels = kind === "container" ? ".Config.Labels" : ".Labels";
  const format = `{{.Id}} {{index ${labels} "capstone.stack"}}`;
  const found = await execute("docker", [kind, "inspect", "--format", format, name]).catch(() => undefined);
  const [id, label] = found?.stdout.trim().split(" ") ?? [];
  return label === stack ? id : undefined;
}

async function importDeployment(stack: string, deployed: Deployment): Promise<void> {
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
 * Whether anything that was deployed to Docker is there no more, or does not run. Asking Docker four times is quick; a
 * refresh of every resource, which brings it back, is done only then.
 */
export async function lacksSomething(deployed: Deployment): Promise<boolean> {
  const resources = deployed.deployment.resources ?? [];
  const lacks = listings.map(async ({ args, holds }) => {
    const ids = resources.filter(holds).map(({ id }) => id ?? "");
    if (ids.length === 0) return false;
    const { stdout } = await execute("docker", args);
    const there = new Set(stdout.split("\n"));
    return ids.some((id) => !there.has(id));
  });
  return (await Promise.all(lacks)).includes(true);
}
