import type * as pulumi from "@pulumi/pulumi";
import { logPrefixes } from "./log-bucket.ts";
import { PrivateBucket } from "./private-bucket.ts";

export interface ImportBucketArgs {
  stack: string;
  accountId: string;
  keyArn: pulumi.Input<string>;
  logBucket: PrivateBucket;
}

/** Names are the world's: the account makes it ours. */
export function importBucketName({ stack, accountId }: { stack: string; accountId: string }): string {
  return `capstone-imports-${stack}-${accountId}`;
}

/**
 * Where a file waits while it is imported. Not the bucket of the uploads: CloudFront reads all of that, and its backup
 * would keep a file for weeks after it was removed.
 */
export function createImportBucket(
  name: string,
  args: ImportBucketArgs,
  options?: pulumi.ComponentResourceOptions,
): PrivateBucket {
  return new PrivateBucket(
    name,
    {
      bucketName: importBucketName(args),
      keyArn: args.keyArn,
      // What is in it is somebody's copy of a file that they have.
      deletionProtection: false,
      keepData: false,
      accessLog: { bucket: args.logBucket, prefix: `${logPrefixes.imports}/` },
      lifecycleRules: [
        {
          // The command removes what it brought; this is for one that was killed.
          id: "forgotten-files-leave",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days: 1 },
          noncurrentVersionExpiration: { noncurrentDays: 1 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    options,
  );
}
