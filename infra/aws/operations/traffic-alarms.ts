import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancer } from "../traffic/load-balancer.ts";
import { createAlarm } from "./alarm.ts";
import type { Notices } from "./notices.ts";

export interface TrafficAlarmsArgs {
  notices: Notices;
  traffic: LoadBalancer;
}

/** What clients notice. A deployment that sets one of these off is rolled back; an experiment is stopped. */
export class TrafficAlarms extends pulumi.ComponentResource {
  readonly nodeErrors: aws.cloudwatch.MetricAlarm;
  readonly balancerErrors: aws.cloudwatch.MetricAlarm;
  readonly latency: aws.cloudwatch.MetricAlarm;
  readonly unhealthyHosts: aws.cloudwatch.MetricAlarm;
  private readonly name: string;

  constructor(name: string, args: TrafficAlarmsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:TrafficAlarms", name, {}, options);
    this.name = name;

    this.nodeErrors = this.createErrors(
      args,
      "node-errors",
      "HTTPCode_Target_5XX_Count",
      "Application nodes",
    );
    this.balancerErrors = this.createErrors(
      args,
      "balancer-errors",
      "HTTPCode_ELB_5XX_Count",
      "The load balancer",
    );
    this.latency = this.createLatency(args);
    this.unhealthyHosts = this.createUnhealthyHosts(args);

    this.registerOutputs();
  }

  /** Unhealthy hosts are not among them: the nodes that leave in a good deployment count as such for a moment. */
  get forRollback(): pulumi.Output<string>[] {
    return [this.nodeErrors, this.balancerErrors].map((alarm) => alarm.name);
  }

  private createErrors(args: TrafficAlarmsArgs, suffix: string, metricName: string, who: string) {
    return createAlarm(
      `${this.name}-${suffix}`,
      {
        ...this.metric(args, metricName),
        description: `${who} answered more than 10 requests a minute with 5xx: look at the log group of the tasks.`,
        statistic: "Sum",
        goesOff: "above",
        threshold: 10,
        periodSeconds: 60,
        badPeriods: { least: 2, of: 3 },
        // No errors, no metric.
        whenSilent: "notBreaching",
      },
      { parent: this },
    );
  }

  private createLatency(args: TrafficAlarmsArgs) {
    return createAlarm(
      `${this.name}-latency`,
      {
        ...this.metric(args, "TargetResponseTime"),
        description:
          "One request in a hundred takes longer than 2 s: look at the database's load and the nodes' CPU.",
        statistic: "p99",
        goesOff: "above",
        threshold: 2,
        periodSeconds: 60,
        badPeriods: { least: 3, of: 5 },
        whenSilent: "notBreaching",
      },
      { parent: this },
    );
  }

  private createUnhealthyHosts(args: TrafficAlarmsArgs) {
    return createAlarm(
      `${this.name}-unhealthy-hosts`,
      {
        ...this.metric(args, "UnHealthyHostCount", { TargetGroup: args.traffic.targetGroup.arnSuffix }),
        description:
          "Application nodes fail their health check: look at the stopped tasks and their reasons.",
        statistic: "Maximum",
        goesOff: "above",
        threshold: 0,
        periodSeconds: 60,
        badPeriods: { least: 3, of: 5 },
        whenSilent: "notBreaching",
      },
      { parent: this },
    );
  }

  private metric(
    { notices, traffic }: TrafficAlarmsArgs,
    metricName: string,
    dimensions: Record<string, pulumi.Input<string>> = {},
  ) {
    return {
      notices,
      namespace: "AWS/ApplicationELB",
      metricName,
      dimensions: { LoadBalancer: traffic.loadBalancer.arnSuffix, ...dimensions },
    };
  }
}
