import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancer } from "../traffic/load-balancer.ts";
import type { ServiceCluster } from "./service-cluster.ts";

export interface AutoscalingArgs {
  count: number;
  countMax: number;
  service: aws.ecs.Service;
  cluster: ServiceCluster;
  traffic: LoadBalancer;
}

const cpuTargetPercent = 60;
/** Requests a minute for each node; well below what one was measured to serve. */
const requestsPerNodeTarget = 6000;
/** Growing is quick, shrinking is slow: load peaks often repeat. In seconds. */
const cooldown = { scaleOutCooldown: 60, scaleInCooldown: 300 };

/** Keeps the number of nodes between its bounds so that each has enough, and not too much, to do. */
export function createAutoscaling(
  name: string,
  args: AutoscalingArgs,
  options: pulumi.CustomResourceOptions,
): void {
  const target = new aws.appautoscaling.Target(
    name,
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: pulumi.interpolate`service/${args.cluster.cluster.name}/${args.service.name}`,
      minCapacity: args.count,
      maxCapacity: args.countMax,
    },
    options,
  );
  const follow = (metric: string, targetValue: number, predefined: PredefinedMetric) =>
    new aws.appautoscaling.Policy(
      `${name}-${metric}`,
      {
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          targetValue,
          ...cooldown,
          predefinedMetricSpecification: predefined,
        },
      },
      options,
    );
  follow("cpu", cpuTargetPercent, { predefinedMetricType: "ECSServiceAverageCPUUtilization" });
  follow("requests", requestsPerNodeTarget, {
    predefinedMetricType: "ALBRequestCountPerTarget",
    resourceLabel: pulumi.interpolate`${args.traffic.loadBalancer.arnSuffix}/${args.traffic.targetGroup.arnSuffix}`,
  });
}

type PredefinedMetric =
  aws.types.input.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification;
