import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { EncryptionKey } from "../account/encryption-key.ts";
import { type AssetsDistribution, globalRegion } from "../storage/assets-distribution.ts";
import { createAlarm } from "./alarm.ts";
import { assetsAlarms } from "./edge-alarms.ts";
import { Notices } from "./notices.ts";

export interface GlobalMonitoringArgs {
  accountId: string;
  email: string | undefined;
  distribution: AssetsDistribution;
}

/** CloudFront's alarms, where its metrics are. An alarm tells only a topic of its own region, and that needs a key there. */
export class GlobalMonitoring extends pulumi.ComponentResource {
  readonly alarms: aws.cloudwatch.MetricAlarm[];

  constructor(name: string, args: GlobalMonitoringArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:GlobalMonitoring", name, {}, options);
    const { accountId, email, distribution } = args;
    const there = { accountId, region: globalRegion, elsewhere: true };

    const key = new EncryptionKey(name, { ...there, keepData: false }, { parent: this });
    const notices = new Notices(name, { ...there, keyArn: key.arn, email }, { parent: this });
    this.alarms = assetsAlarms(distribution).map(({ suffix, ...alarm }) =>
      createAlarm(`${name}-${suffix}`, { ...alarm, notices, region: globalRegion }, { parent: this }),
    );

    this.registerOutputs();
  }
}
