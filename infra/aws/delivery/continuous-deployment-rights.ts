import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../account/policy-document.ts";

interface RightsArgs {
  accountId: string;
  region: string;
  secretArns: pulumi.Input<string>[];
  keyArn: pulumi.Input<string>;
}

/** The services that a stack is made of. What it makes has no name yet that a policy could say. */
const services = [
  "acm",
  "application-autoscaling",
  "arc-zonal-shift",
  "backup",
  "backup-storage",
  "budgets",
  "cloudfront",
  "cloudwatch",
  "ec2",
  "ecr",
  "ecs",
  "elasticloadbalancing",
  "events",
  "fis",
  "kms",
  "logs",
  "rds",
  "route53",
  "s3",
  "secretsmanager",
  "sns",
  "wafv2",
];

/** The most that a role of the stack may do, whatever its own policies say: its services, within this account. */
export function boundaryStatements({ accountId }: Pick<RightsArgs, "accountId">): Statement[] {
  return [
    {
      Sid: "ServicesOfTheStackInThisAccount",
      Effect: "Allow",
      Action: [...services, "tag"].map((service) => `${service}:*`),
      Resource: "*",
      Condition: { StringEqualsIfExists: { "aws:ResourceAccount": accountId } },
    },
  ];
}

/** The name of the policy with these statements. */
export function boundaryName(stackName: string): string {
  return `${stackName}-boundary`;
}

/** To whom a deployment may hand a role that it made. */
const roleTakers = [
  "backup.amazonaws.com",
  "ecs-tasks.amazonaws.com",
  "fis.amazonaws.com",
  "monitoring.rds.amazonaws.com",
  "vpc-flow-logs.amazonaws.com",
];

/** What a comparison of the stack with AWS reads beyond ViewOnlyAccess and SecurityAudit; held by the rights test. */
const readBeyondAudits = [
  "application-autoscaling:ListTagsForResource",
  "arc-zonal-shift:GetManagedResource",
  "backup:GetBackupPlan",
  "backup:GetBackupSelection",
  "backup:GetRestoreTestingPlan",
  "backup:GetRestoreTestingSelection",
  "budgets:ListTagsForResource",
  "budgets:ViewBudget",
  "elasticloadbalancing:GetLoadBalancerWebACL",
  "fis:GetExperimentTemplate",
  "fis:ListTagsForResource",
  "logs:GetDataProtectionPolicy",
  "logs:GetDelivery",
  "logs:GetDeliveryDestination",
  "logs:GetDeliveryDestinationPolicy",
  "logs:GetDeliverySource",
  "s3:ListTagsForResource",
  "sns:GetSubscriptionAttributes",
];

/** Made by infra/aws/bootstrap/state.yaml, one for an account and region. */
function stateBucketArn({ accountId, region }: RightsArgs): string {
  return `arn:aws:s3:::capstone-state-${accountId}-${region}`;
}

function stateKeyUse({ accountId, region }: RightsArgs, actions: string[]): Statement {
  return {
    Sid: "UseStateKey",
    Effect: "Allow",
    Action: actions,
    Resource: `arn:aws:kms:${region}:${accountId}:key/*`,
    Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/capstone-state" } },
  };
}

/** Reading the state and, to compare it with what there is, the secrets that it holds anyway. */
export function previewStatements(args: RightsArgs): Statement[] {
  const bucket = stateBucketArn(args);
  return [
    {
      Sid: "ReadState",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:ListBucket"],
      Resource: [bucket, `${bucket}/*`],
    },
    stateKeyUse(args, ["kms:Decrypt", "kms:DescribeKey"]),
    {
      Sid: "CompareSecrets",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: args.secretArns,
    },
    { Sid: "DecryptSecrets", Effect: "Allow", Action: "kms:Decrypt", Resource: args.keyArn },
    { Sid: "ReadBeyondAudits", Effect: "Allow", Action: readBeyondAudits, Resource: "*" },
  ];
}

/** Making, changing and removing a stack, but not the two roles themselves nor whom they trust. */
export function deployStatements(name: string, args: RightsArgs): Statement[] {
  const bucket = stateBucketArn(args);
  const roles = `arn:aws:iam::${args.accountId}:role/${name}-*`;
  const own = [
    `arn:aws:iam::${args.accountId}:role/${name}-preview`,
    `arn:aws:iam::${args.accountId}:role/${name}-deploy`,
  ];
  const boundary = `arn:aws:iam::${args.accountId}:policy/${boundaryName(name)}`;
  const providers = `arn:aws:iam::${args.accountId}:oidc-provider/*`;
  return [
    {
      Sid: "KeepState",
      Effect: "Allow",
      Action: ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
      Resource: [bucket, `${bucket}/*`],
    },
    stateKeyUse(args, ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]),
    {
      Sid: "MakeTheStack",
      Effect: "Allow",
      Action: services.map((service) => `${service}:*`),
      Resource: "*",
    },
    {
      Sid: "LookAtRoles",
      Effect: "Allow",
      Action: [
        "iam:GetOpenIDConnectProvider",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListEntitiesForPolicy",
        "iam:ListInstanceProfilesForRole",
        "iam:ListPolicyTags",
        "iam:ListPolicyVersions",
        "iam:ListRolePolicies",
        "iam:ListRoleTags",
      ],
      Resource: [roles, providers, boundary],
    },
    {
      // None without the boundary: what a deployment makes can never do more than that.
      Sid: "MakeBoundedRoles",
      Effect: "Allow",
      Action: [
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
      ],
      Resource: roles,
      Condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
    },
    {
      Sid: "ChangeRoles",
      Effect: "Allow",
      Action: [
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
      ],
      Resource: roles,
    },
    {
      Sid: "HandRolesToServices",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: roles,
      Condition: { StringEquals: { "iam:PassedToService": roleTakers } },
    },
    {
      // What AWS makes for itself when a service is used for the first time.
      Sid: "LetServicesMakeTheirRoles",
      Effect: "Allow",
      Action: "iam:CreateServiceLinkedRole",
      Resource: `arn:aws:iam::${args.accountId}:role/aws-service-role/*`,
    },
    {
      Sid: "LeaveOwnRolesAlone",
      Effect: "Deny",
      Action: [
        "iam:AttachRolePolicy",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
      ],
      Resource: own,
    },
  ];
}
