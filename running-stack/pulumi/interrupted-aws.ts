import type { Deployment, Resource } from "./deployment.ts";

type Inputs = Record<string, unknown>;

/** By which id AWS finds what a program named, by type. What Pulumi names itself gets another name the next time. */
const idsOf: Record<string, (inputs: Inputs) => unknown> = {
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": ({ name }) => name,
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": ({ name }) => name,
  "aws:cloudwatch/logGroup:LogGroup": ({ name }) => name,
  "aws:ecs/cluster:Cluster": ({ name }) => name,
  // Its cluster's ARN, with the service in it.
  "aws:ecs/service:Service": ({ cluster, name }) =>
    `${String(cluster).replace(":cluster/", ":service/")}/${name}`,
  "aws:iam/role:Role": ({ name }) => name,
  "aws:kms/alias:Alias": ({ name }) => name,
  "aws:rds/cluster:Cluster": ({ clusterIdentifier }) => clusterIdentifier,
  "aws:rds/instance:Instance": ({ identifier }) => identifier,
  "aws:rds/subnetGroup:SubnetGroup": ({ name }) => name,
  "aws:s3/bucket:Bucket": ({ bucket }) => bucket,
};

/** The properties that name, where the program and not Pulumi chose them. */
const names = ["bucket", "clusterIdentifier", "identifier", "name"];

/**
 * What AWS may have made, or still be making, when a deployment was interrupted, and whose name a second one could not
 * have: put into the state by the id that follows from its name. What it has become, if it is there at all, is for a
 * refresh to read. Pulumi itself forgets it, whatever its refresh is told of pending creations.
 * @returns type and id of each.
 */
export function takeOverFromAws(deployed: Deployment): string[] {
  const { deployment } = deployed;
  return creating(deployed).flatMap((resource) => {
    const id = knownId(resource);
    if (id === undefined) return [];
    deployment.resources = [...(deployment.resources ?? []), { ...resource, id }];
    return [`${resource.type} ${id}`];
  });
}

/**
 * What AWS may have made when a deployment was interrupted, and what no id tells. The next deployment makes another one.
 * @returns type and name of each.
 */
export function forgottenAtAws(deployed: Deployment): string[] {
  return creating(deployed)
    .filter((resource) => resource.type.startsWith("aws:") && knownId(resource) === undefined)
    .map(({ type, urn }) => `${type} ${urn?.split("::").at(-1)}`);
}

function creating({ deployment }: Deployment): Resource[] {
  const pending = deployment.pending_operations ?? [];
  return pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
}

function knownId(resource: Resource): string | undefined {
  const id = idsOf[resource.type]?.(resource.inputs ?? {});
  return typeof id === "string" && !isNamedByPulumi(resource) ? id : undefined;
}

function isNamedByPulumi({ inputs = {} }: Resource): boolean {
  const byPulumi = [inputs.__defaults ?? []].flat();
  return names.some((name) => inputs[name] !== undefined && byPulumi.includes(name));
}

/** What was taken over and not read yet. */
export function takenOver({ deployment }: Deployment): string[] {
  const unread = (deployment.resources ?? []).filter(
    ({ type, id, outputs }) => type in idsOf && id !== undefined && outputs === undefined,
  );
  return unread.flatMap(({ urn }) => urn ?? []);
}
