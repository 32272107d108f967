import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Notices } from "./notices.ts";

export interface AlarmArgs {
  /** What is wrong when it goes off and what to check, for whoever is on call. */
  description: string;
  notices: Notices;
  namespace: string;
  metricName: string;
  dimensions?: Record<string, pulumi.Input<string>>;
  /** One of these; percentiles are `p99`. */
  statistic: "Average" | "Maximum" | "Minimum" | "Sum" | `p${number}`;
  goesOff: "above" | "below";
  threshold: number;
  periodSeconds: number;
  /** How many of the last periods must breach. */
  badPeriods: { of: number; least: number };
  /** What silence means. */
  whenSilent: "notBreaching" | "breaching" | "missing";
}

/** An alarm that notifies people when it goes off, and when it clears. */
export function createAlarm(
  name: string,
  args: AlarmArgs,
  options: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const percentile = args.statistic.startsWith("p");
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      alarmDescription: args.description,
      namespace: args.namespace,
      metricName: args.metricName,
      dimensions: args.dimensions ?? {},
      ...(percentile ? { extendedStatistic: args.statistic } : { statistic: args.statistic }),
      comparisonOperator: args.goesOff === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: args.threshold,
      period: args.periodSeconds,
      evaluationPeriods: args.badPeriods.of,
      datapointsToAlarm: args.badPeriods.least,
      treatMissingData: args.whenSilent,
      actionsEnabled: true,
      alarmActions: [args.notices.topicArn],
      okActions: [args.notices.topicArn],
    },
    options,
  );
}
