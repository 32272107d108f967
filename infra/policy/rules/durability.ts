import { isDataVolume } from "../holds-data.ts";
import { at, isSet, list, pointsTo } from "../resources.ts";
import type { Rule } from "../rule.ts";
import { types } from "../types.ts";

const databases = [types.databaseInstance, types.databaseCluster];

export const backedUp: Rule = {
  id: "backed-up",
  sentence:
    "Databases and buckets of uploads have a fortnight of backups in a vault, and versions or a last snapshot.",
  check: (view) => [
    ...view.find(databases, (database) => {
      if (!(Number(database.inputs.backupRetentionPeriod) >= 14))
        return "keeps backups for less than 14 days";
      if (database.inputs.skipFinalSnapshot !== false) return "leaves without a last snapshot";
      return database.inputs.copyTagsToSnapshot === true ? undefined : "does not tag its snapshots";
    }),
    ...view.find([types.bucket], (bucket) => {
      const [versioning] = view.pointingTo(bucket, types.bucketVersioning, "bucket");
      const status = at(versioning?.inputs, "versioningConfiguration.status");
      return status === "Enabled" ? undefined : "keeps no versions";
    }),
    ...view.find([...databases, types.bucket], (resource) => {
      const selected = view
        .ofType(types.backupSelection)
        .some((selection) =>
          list(selection.inputs.resources).some(
            (arn) => pointsTo(arn, resource) || endsWithName(arn, resource.inputs),
          ),
        );
      return selected ? undefined : "is in no backup selection";
    }),
    ...view.find([types.backupPlan], (plan) => {
      const short = list(plan.inputs.rules).some(
        (rule) => !(Number(at(rule, "lifecycle.deleteAfter")) >= 14),
      );
      return short ? "keeps backups for less than 14 days" : undefined;
    }),
  ],
};

function endsWithName(arn: unknown, inputs: Record<string, unknown>): boolean {
  const names = [inputs.identifier, inputs.clusterIdentifier, inputs.bucket];
  return (
    typeof arn === "string" && names.some((name) => typeof name === "string" && arn.endsWith(`:${name}`))
  );
}

export const overZones: Rule = {
  id: "over-zones",
  sentence: "Whatever serves is in two zones or more, and there are two of it or more.",
  check: (view) => [
    ...view.find([types.databaseInstance], (instance) =>
      instance.inputs.multiAz === true ? undefined : "has no standby in another zone",
    ),
    ...view.find([types.databaseSubnets], (group) =>
      list(group.inputs.subnetIds).length >= 2 ? undefined : "is in one zone",
    ),
    ...view.find([types.loadBalancer], (balancer) =>
      list(balancer.inputs.subnets).length >= 2 ? undefined : "is in one zone",
    ),
    ...view.find([types.service], (service) => {
      if (!(Number(service.inputs.desiredCount) >= 2)) return "runs fewer than two tasks";
      return list(at(service.inputs, "networkConfiguration.subnets")).length >= 2
        ? undefined
        : "is in one zone";
    }),
  ],
};

export const deletionProtected: Rule = {
  id: "deletion-protected",
  sentence: "What holds data, and the load balancer, refuses to be deleted.",
  check: (view) => [
    ...view.find(databases, (database) =>
      database.inputs.deletionProtection === true ? undefined : "has no deletion protection",
    ),
    ...view.find([types.loadBalancer], (balancer) =>
      balancer.inputs.enableDeletionProtection === true ? undefined : "has no deletion protection",
    ),
    ...view.find([types.bucket, types.backupVault], (resource) =>
      resource.inputs.forceDestroy === true ? "is deleted with all that is in it" : undefined,
    ),
    ...view.find([types.volume], (volume) =>
      isDataVolume(volume) && !volume.protect && !volume.retainOnDelete ? "leaves with the stack" : undefined,
    ),
  ],
};

export const logsKept: Rule = {
  id: "logs-kept",
  sentence: "Logs are kept for a time that is said, and a container's never fill the disk.",
  check: (view) => [
    ...view.find([types.logGroup], (group) =>
      isSet(group.inputs.retentionInDays) ? undefined : "is kept for ever",
    ),
    ...view.find([types.container], (container) =>
      isSet(at(at(container.inputs, "logOpts"), "max-size")) || container.inputs.start === false
        ? undefined
        : "has a log without a bound",
    ),
  ],
};

export const rollsBack: Rule = {
  id: "rolls-back",
  sentence: "A deployment that does not become healthy, or sets an alarm off, is taken back.",
  check: (view) =>
    view.find([types.service], (service) => {
      if (at(service.inputs, "deploymentCircuitBreaker.rollback") !== true) return "has no circuit breaker";
      if (at(service.inputs, "alarms.rollback") !== true) return "is not taken back by alarms";
      return Number(service.inputs.deploymentMinimumHealthyPercent) >= 100
        ? undefined
        : "stops nodes before new ones serve";
    }),
};
