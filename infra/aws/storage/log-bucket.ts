import type * as pulumi from "@pulumi/pulumi";
import { PrivateBucket } from "./private-bucket.ts";

export interface LogBucketArgs {
  stack: string;
  accountId: string;
  logRetentionDays: number;
  deletionProtection: boolean;
}

/** Access logs of the load balancer, S3 and CloudFront. */
export function createLogBucket(
  name: string,
  args: LogBucketArgs,
  options?: pulumi.ComponentResourceOptions,
): PrivateBucket {
  const bucketName = `capstone-access-logs-${args.stack}-${args.accountId}`;
  const objects = `arn:aws:s3:::${bucketName}/*`;
  const ofThisAccount = { StringEquals: { "aws:SourceAccount": args.accountId } };
  const write = (Sid: string, Service: string) => ({
    Sid,
    Effect: "Allow" as const,
    Principal: { Service },
    Action: "s3:PutObject",
    Resource: objects,
    Condition: ofThisAccount,
  });
  return new PrivateBucket(
    name,
    {
      bucketName,
      deletionProtection: args.deletionProtection,
      statements: () => [
        write("LoadBalancerLogs", "logdelivery.elasticloadbalancing.amazonaws.com"),
        write("ServerAccessLogs", "logging.s3.amazonaws.com"),
        write("CloudFrontLogs", "delivery.logs.amazonaws.com"),
      ],
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
