import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, serviceMayAssume } from "../account/policy-document.ts";

export interface FlowLogsArgs {
  accountId: string;
  vpcId: pulumi.Input<string>;
  keyArn: pulumi.Input<string>;
  retentionDays: number;
}

/** The network's flow logs, kept in CloudWatch. */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:FlowLogs", name, {}, options);

    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { retentionInDays: args.retentionDays, kmsKeyId: args.keyArn },
      { parent: this },
    );
    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: serviceMayAssume("vpc-flow-logs.amazonaws.com", args.accountId) },
      { parent: this },
    );
    const mayWrite = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: policyDocument([
          {
            Sid: "WriteFlowLogs",
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            Resource: pulumi.interpolate`${logGroup.arn}:*`,
          },
        ]),
      },
      { parent: this },
    );
    new aws.ec2.FlowLog(
      name,
      {
        vpcId: args.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: logGroup.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
      },
      { parent: this, dependsOn: mayWrite },
    );

    this.registerOutputs();
  }
}
