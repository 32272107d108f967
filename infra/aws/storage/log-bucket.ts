import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../account/policy-document.ts";
import { PrivateBucket } from "./private-bucket.ts";

export interface LogBucketArgs {
  stack: string;
  accountId: string;
  logRetentionDays: number;
  deletionProtection: boolean;
  keepData: boolean;
  /** The name of the delivery that brings CloudFront's logs. */
  assetsLogSource: string;
}

/** The folder of each log in the bucket. */
export const logPrefixes = {
  requests: "load-balancer",
  connections: "load-balancer-connections",
  uploads: "uploads",
  imports: "imports",
  assets: "assets",
};

/** Access logs of the load balancer, S3 and CloudFront. */
export function createLogBucket(
  name: string,
  args: LogBucketArgs,
  options?: pulumi.ComponentResourceOptions,
): PrivateBucket {
  const bucketName = `capstone-access-logs-${args.stack}-${args.accountId}`;
  return new PrivateBucket(
    name,
    {
      bucketName,
      deletionProtection: args.deletionProtection,
      keepData: args.keepData,
      statements: () => writers(`arn:aws:s3:::${bucketName}`, args),
      lifecycleRules: [
        {
          id: "logs-leave",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days: args.logRetentionDays },
          noncurrentVersionExpiration: { noncurrentDays: 7 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    options,
  );
}

/** Each as AWS's documentation has it: what differs is refused, or AWS adds its own, and the policy has drifted. */
function writers(bucketArn: string, { accountId, assetsLogSource }: LogBucketArgs): Statement[] {
  const write = { Effect: "Allow" as const, Action: "s3:PutObject" };
  const under = (prefix: string, inside = "") => `${bucketArn}/${prefix}/AWSLogs/${accountId}/${inside}*`;
  return [
    {
      Sid: "LoadBalancerLogs",
      ...write,
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Resource: [under(logPrefixes.requests), under(logPrefixes.connections)],
    },
    {
      Sid: "ServerAccessLogs",
      ...write,
      Principal: { Service: "logging.s3.amazonaws.com" },
      Resource: [logPrefixes.uploads, logPrefixes.imports].map((prefix) => `${bucketArn}/${prefix}/*`),
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
    {
      Sid: "AWSLogDeliveryWrite1",
      ...write,
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Resource: under(logPrefixes.assets, "CloudFront/"),
      Condition: {
        StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": accountId },
        ArnLike: {
          // CloudFront's logs are delivered from there, wherever the stack is.
          "aws:SourceArn": `arn:aws:logs:us-east-1:${accountId}:delivery-source:${assetsLogSource}`,
        },
      },
    },
  ];
}
