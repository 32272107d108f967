import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement } from "../account/policy-document.ts";

export interface PrivateBucketArgs {
  bucketName: string;
  /** Encrypts objects; absent where AWS's own services write and know only S3's key. */
  keyArn?: pulumi.Input<string>;
  deletionProtection: boolean;
  /** The bucket with what is in it outlives the stack. */
  keepData: boolean;
  accessLog?: { bucket: PrivateBucket; prefix: string };
  lifecycleRules: aws.types.input.s3.BucketLifecycleConfigurationRule[];
  /** Who may do what, beside the account's own roles; asked for when there is a bucket to speak of. */
  statements?: (bucket: aws.s3.Bucket) => Statement[];
}

/** A private bucket: TLS only, versioned, encrypted, no ACLs, nothing public. */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  private readonly name: string;

  constructor(name: string, args: PrivateBucketArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:PrivateBucket", name, {}, options);
    this.name = name;

    this.bucket = this.createBucket(args);
    this.closeToPublic();
    this.encrypt(args);
    this.keepVersions(args);
    if (args.accessLog) this.logAccess(args.accessLog);
    this.allow(args.statements?.(this.bucket) ?? []);

    this.registerOutputs();
  }

  private createBucket({ bucketName, deletionProtection, keepData }: PrivateBucketArgs): aws.s3.Bucket {
    return new aws.s3.Bucket(
      this.name,
      { bucket: bucketName, forceDestroy: !keepData },
      { parent: this, protect: deletionProtection, retainOnDelete: keepData },
    );
  }

  private closeToPublic(): void {
    new aws.s3.BucketPublicAccessBlock(
      this.name,
      {
        bucket: this.bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      { parent: this },
    );
    new aws.s3.BucketOwnershipControls(
      this.name,
      { bucket: this.bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      { parent: this },
    );
  }

  private encrypt({ keyArn }: PrivateBucketArgs): void {
    new aws.s3.BucketServerSideEncryptionConfiguration(
      this.name,
      {
        bucket: this.bucket.bucket,
        rules: [
          keyArn
            ? {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
                // One call to KMS for many objects.
                bucketKeyEnabled: true,
              }
            : { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
        ],
      },
      { parent: this },
    );
  }

  private keepVersions({ lifecycleRules }: PrivateBucketArgs): void {
    const versioning = new aws.s3.BucketVersioning(
      this.name,
      { bucket: this.bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      { parent: this },
    );
    new aws.s3.BucketLifecycleConfiguration(
      this.name,
      { bucket: this.bucket.bucket, rules: lifecycleRules },
      { parent: this, dependsOn: versioning },
    );
  }

  private logAccess({ bucket, prefix }: { bucket: PrivateBucket; prefix: string }): void {
    new aws.s3.BucketLogging(
      this.name,
      { bucket: this.bucket.bucket, targetBucket: bucket.bucket.bucket, targetPrefix: prefix },
      { parent: this },
    );
  }

  private allow(statements: Statement[]): void {
    new aws.s3.BucketPolicy(
      this.name,
      { bucket: this.bucket.bucket, policy: policyDocument([...statements, this.denyWithoutTls()]) },
      { parent: this },
    );
  }

  private denyWithoutTls(): Statement {
    return {
      Sid: "DenyWithoutTls",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [this.bucket.arn, pulumi.interpolate`${this.bucket.arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
  }
}
