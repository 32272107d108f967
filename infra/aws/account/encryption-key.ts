import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { eventService, noticeServices } from "../operations/notices.ts";
import { policyDocument, type Statement } from "./policy-document.ts";

export interface EncryptionKeyArgs {
  accountId: string;
  region: string;
  /** In another region than the stack's. */
  elsewhere?: boolean;
  /** What it encrypts outlives the stack, so it has to as well. */
  keepData: boolean;
}

/** The stack's own key: database, objects, secrets, logs, notices and backups are encrypted with it. */
export class EncryptionKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:EncryptionKey", name, {}, options);

    const there = args.elsewhere ? { region: args.region } : {};
    const key = new aws.kms.Key(
      name,
      {
        description: `Everything that ${name} keeps.`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: policyDocument(keyStatements(args)),
        ...there,
      },
      { parent: this, retainOnDelete: args.keepData },
    );
    new aws.kms.Alias(name, { name: `alias/${name}`, targetKeyId: key.keyId, ...there }, { parent: this });
    this.arn = key.arn;

    this.registerOutputs({ arn: this.arn });
  }
}

/** In a key's policy `*` is the key itself; who may use it is in the principals and conditions. */
function keyStatements({ accountId, region }: EncryptionKeyArgs): Statement[] {
  return [
    {
      Sid: "AccountDecidesByIam",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "LogsOfThisAccount",
      Effect: "Allow",
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
      Resource: "*",
      Condition: {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${accountId}:log-group:*` },
      },
    },
    {
      Sid: "NoticesOfThisAccount",
      Effect: "Allow",
      Principal: {
        Service: noticeServices,
      },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
    {
      Sid: "NoticesOfEvents",
      Effect: "Allow",
      Principal: { Service: eventService },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
    },
    {
      Sid: "AssetsThroughCloudFront",
      Effect: "Allow",
      Principal: { Service: "cloudfront.amazonaws.com" },
      Action: "kms:Decrypt",
      Resource: "*",
      // The distribution cannot be named here: it needs the bucket, and that this key.
      Condition: {
        StringEquals: { "aws:SourceAccount": accountId },
        ArnLike: { "aws:SourceArn": `arn:aws:cloudfront::${accountId}:distribution/*` },
      },
    },
  ];
}
