import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface DatabaseArgs {
  accountId: string;
  availability: "instance" | "cluster";
  instanceClass: string;
  storageGigabytes: number;
  storageMaxGigabytes: number;
  backupRetentionDays: number;
  logRetentionDays: number;
  deletionProtection: boolean;
  keepData: boolean;
  keyArn: pulumi.Input<string>;
  subnets: aws.ec2.Subnet[];
  securityGroup: aws.ec2.SecurityGroup;
}

/** What the two forms of the database have in common when they are made. */
export interface DatabaseParts {
  identifier: string;
  args: DatabaseArgs;
  subnetGroup: aws.rds.SubnetGroup;
  monitoringRole: aws.iam.Role;
  logGroups: aws.cloudwatch.LogGroup[];
  parent: pulumi.Resource;
}

/** What the rest of the stack needs to know of either form. */
export interface DatabaseNodes {
  resource: aws.rds.Instance | aws.rds.Cluster;
  arn: pulumi.Output<string>;
  address: pulumi.Output<string>;
  /** RDS's own name for it, in metrics and events. */
  resourceIdentifier: pulumi.Output<string>;
  /** Where reads go: any healthy reader of a cluster; of an instance the primary, as its standby answers nobody. */
  readAddress: pulumi.Output<string>;
  /** The owner's name and password as JSON, made, kept and changed by RDS. */
  ownerSecretArn: pulumi.Output<string>;
}

/** The logs that RDS sends to CloudWatch. */
export const logExports = ["postgresql", "upgrade"];
