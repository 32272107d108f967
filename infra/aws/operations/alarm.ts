import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Notices } from "./notices.ts";

export interface MetricArgs {
  namespace: string;
  metricName: string;
  dimensions?: Record<string, pulumi.Input<string>>;
  /** One of these; percentiles are `p99`. */
  statistic: "Average" | "Maximum" | "Minimum" | "SampleCount" | "Sum" | `p${number}`;
  periodSeconds: number;
}

interface Evaluation {
  /** What is wrong when it goes off and what to check, for whoever is on call. */
  description: string;
  /** Of the alarm's own region. */
  notices: Notices;
  goesOff: "above" | "below";
  threshold: number;
  /** How many of the last periods must breach. */
  badPeriods: { of: number; least: number };
  /** What silence means. */
  whenSilent: "notBreaching" | "breaching" | "missing";
  /** Where it is, if not in the stack's own region. */
  region?: string;
}

export type AlarmArgs = Evaluation & MetricArgs;

/** An alarm on what CloudWatch works out from several metrics, each under the name that the expression has for it. */
export type ExpressionAlarmArgs = Evaluation & { expression: string; metrics: Record<string, MetricArgs> };

/** An alarm by the end of its name; whom it notifies is added where it is made. */
export type NamedAlarm = { suffix: string } & (
  | Omit<AlarmArgs, "notices">
  | Omit<ExpressionAlarmArgs, "notices">
);

/** An alarm that notifies people when it goes off, and when it clears. */
export function createAlarm(
  name: string,
  args: AlarmArgs | ExpressionAlarmArgs,
  options: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      alarmDescription: args.description,
      ...("expression" in args ? { metricQueries: queries(args) } : watched(args)),
      comparisonOperator: args.goesOff === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: args.threshold,
      evaluationPeriods: args.badPeriods.of,
      datapointsToAlarm: args.badPeriods.least,
      treatMissingData: args.whenSilent,
      actionsEnabled: true,
      alarmActions: [args.notices.topicArn],
      okActions: [args.notices.topicArn],
      ...(args.region && { region: args.region }),
    },
    options,
  );
}

function watched({ namespace, metricName, dimensions = {}, statistic, periodSeconds: period }: MetricArgs) {
  const percentile = statistic.startsWith("p");
  const of = percentile ? { extendedStatistic: statistic } : { statistic };
  return { namespace, metricName, dimensions, ...of, period };
}

function queries({ expression, metrics }: ExpressionAlarmArgs) {
  const asked = Object.entries(metrics).map(([id, metric]) => ({
    id,
    metric: {
      namespace: metric.namespace,
      metricName: metric.metricName,
      dimensions: metric.dimensions ?? {},
      stat: metric.statistic,
      period: metric.periodSeconds,
    },
    returnData: false,
  }));
  return [{ id: "judged", expression, label: expression, returnData: true }, ...asked];
}
