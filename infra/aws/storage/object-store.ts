import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bucketName } from "../../topology.ts";
import { AssetsDistribution } from "./assets-distribution.ts";
import { logPrefixes } from "./log-bucket.ts";
import { PrivateBucket } from "./private-bucket.ts";

export interface ObjectStoreArgs {
  stack: string;
  accountId: string;
  region: string;
  keyArn: pulumi.Input<string>;
  logBucket: PrivateBucket;
  /** Assets are at `assets.` in front of it; without one at a name of CloudFront's. */
  domain: { name: string; hostedZoneId: string } | undefined;
  /** Without it, destroying the stack destroys the uploads. */
  deletionProtection: boolean;
  keepData: boolean;
}

/** Names are the world's: the account makes it ours. */
export function uploadsBucketName({ stack, accountId }: { stack: string; accountId: string }): string {
  return `${bucketName}-${stack}-${accountId}`;
}

/** Uploads: versioned, encrypted, and read by the public through CloudFront alone. */
export class ObjectStore extends pulumi.ComponentResource {
  readonly bucket: PrivateBucket;
  readonly distribution: AssetsDistribution;
  readonly endpoint: string;
  /** The bucket at its endpoint. The person's own credentials open it. */
  readonly url: pulumi.Output<string>;
  private readonly name: string;

  constructor(name: string, args: ObjectStoreArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:ObjectStore", name, {}, options);
    this.name = name;

    const [bucket, distribution] = this.createBucketBehindDistribution(args);
    this.bucket = bucket;
    this.distribution = distribution;
    this.tellOfChanges();
    this.endpoint = `https://s3.${args.region}.amazonaws.com`;
    this.url = pulumi.secret(
      pulumi.interpolate`${this.endpoint}/${bucket.bucket.bucket}?region=${args.region}`,
    );

    this.registerOutputs();
  }

  /** The distribution reads the bucket, and the bucket's policy names the distribution. */
  private createBucketBehindDistribution(args: ObjectStoreArgs): [PrivateBucket, AssetsDistribution] {
    let distribution: AssetsDistribution | undefined;
    const bucket = new PrivateBucket(
      this.name,
      {
        bucketName: uploadsBucketName(args),
        keyArn: args.keyArn,
        deletionProtection: args.deletionProtection,
        keepData: args.keepData,
        accessLog: { bucket: args.logBucket, prefix: `${logPrefixes.uploads}/` },
        lifecycleRules: [
          {
            id: "replaced-objects-leave",
            status: "Enabled",
            filter: { prefix: "" },
            // A replaced avatar can be had back for a month.
            noncurrentVersionExpiration: { noncurrentDays: 30 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
            expiration: { expiredObjectDeleteMarker: true },
          },
        ],
        statements: (made) => {
          distribution = this.createDistribution(made, args);
          return [
            {
              Sid: "AssetsThroughCloudFront",
              Effect: "Allow",
              Principal: { Service: "cloudfront.amazonaws.com" },
              Action: "s3:GetObject",
              Resource: pulumi.interpolate`${made.arn}/*`,
              Condition: { StringEquals: { "aws:SourceArn": distribution.arn } },
            },
          ];
        },
      },
      { parent: this },
    );
    if (!distribution) throw new Error("A bucket asks for its statements while it is made.");
    return [bucket, distribution];
  }

  private createDistribution(
    bucket: aws.s3.Bucket,
    { domain, logBucket }: ObjectStoreArgs,
  ): AssetsDistribution {
    return new AssetsDistribution(
      `${this.name}-assets`,
      {
        bucket,
        logBucket,
        domain: domain && { name: `assets.${domain.name}`, hostedZoneId: domain.hostedZoneId },
      },
      { parent: this },
    );
  }

  /** AWS Backup follows what changes in the bucket through EventBridge. */
  private tellOfChanges(): void {
    new aws.s3.BucketNotification(
      this.name,
      { bucket: this.bucket.bucket.bucket, eventbridge: true },
      { parent: this },
    );
  }
}
