import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Notices } from "./notices.ts";

export interface AlarmArgs {
  /** What is wrong when it goes off, and what to look at, for whoever is woken. */
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
  /** So many of the last periods must be bad. */
  badPeriods: { of: number; least: number };
  /** What silence means. */
  whenSilent: "notBreaching" | "breaching" | "missing";
}

/** An alarm that tells people when it goes off, and when it is over. */
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
