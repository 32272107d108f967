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
export function takeOverFromAws({ deployment }: Deployment): string[] {
  const pending = deployment.pending_operations ?? [];
  const creating = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  return creating.flatMap((resource) => {
    const id = idsOf[resource.type]?.(resource.inputs ?? {});
    if (typeof id !== "string" || isNamedByPulumi(resource)) return [];
    deployment.resources = [...(deployment.resources ?? []), { ...resource, id }];
    return [`${resource.type} ${id}`];
  });
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
