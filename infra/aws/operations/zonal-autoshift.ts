import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancer } from "../traffic/load-balancer.ts";
import { passOnEvents } from "./event-notices.ts";
import type { Notices } from "./notices.ts";
import type { TrafficAlarms } from "./traffic-alarms.ts";

export interface ZonalAutoshiftArgs {
  traffic: LoadBalancer;
  trafficAlarms: TrafficAlarms;
  notices: Notices;
}

/**
 * Lets AWS take the load balancer's traffic away from a zone that it finds impaired, and practise that every week for half
 * an hour, which it does not do without.
 */
export class ZonalAutoshift extends pulumi.ComponentResource {
  constructor(name: string, args: ZonalAutoshiftArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:ZonalAutoshift", name, {}, options);
    const { traffic, trafficAlarms, notices } = args;
    const condition = (alarm: aws.cloudwatch.MetricAlarm) => ({
      alarmIdentifier: alarm.arn,
      type: "CLOUDWATCH",
    });

    new aws.arczonalshift.ZonalAutoshiftConfiguration(
      name,
      {
        resourceArn: traffic.loadBalancer.arn,
        zonalAutoshiftStatus: "ENABLED",
        // Clients that see errors end a practice run, and it has failed; AWS takes one alarm for each.
        outcomeAlarms: [condition(trafficAlarms.nodeErrors)],
        // None begins while a node is missing anyway.
        blockingAlarms: [condition(trafficAlarms.unhealthyHosts)],
      },
      { parent: this },
    );
    passOnEvents(
      name,
      {
        description: "AWS took the traffic away from a zone, or practising that went wrong.",
        pattern: {
          source: ["aws.arc-zonal-shift"],
          "detail-type": [
            "Autoshift In Progress",
            "Autoshift Completed",
            "Practice Run Interrupted",
            "Practice Run Failed",
          ],
        },
        notices,
      },
      { parent: this },
    );

    this.registerOutputs();
  }
}
