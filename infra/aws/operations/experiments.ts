import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement } from "../account/policy-document.ts";
import type { Database } from "../database/database.ts";
import type { Network } from "../network/network.ts";
import type { AppNodes } from "../service/app-nodes.ts";
import type { ServiceCluster } from "../service/service-cluster.ts";
import type { TrafficAlarms } from "./traffic-alarms.ts";

export interface ExperimentsArgs {
  accountId: string;
  region: string;
  zoneNames: string[];
  network: Network;
  cluster: ServiceCluster;
  appNodes: AppNodes;
  database: Database;
  trafficAlarms: TrafficAlarms;
  keyArn: pulumi.Input<string>;
  logRetentionDays: number;
}

type Template = Pick<aws.fis.ExperimentTemplateArgs, "description" | "actions" | "targets">;

/** The faults of the local drills, made by AWS. Each ends at once when clients notice more than they should. */
export class Experiments extends pulumi.ComponentResource {
  private readonly name: string;

  constructor(name: string, args: ExperimentsArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Experiments", name, {}, options);
    this.name = name;

    const role = this.createRole(args);
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { retentionInDays: args.logRetentionDays, kmsKeyId: args.keyArn },
      { parent: this },
    );
    const create = (suffix: string, template: Template) =>
      this.createTemplate(suffix, template, args, role, logGroup);
    create("task-stopped", taskStopped(args));
    create("database-failover", databaseFailover(args));
    create("zone-partitioned", zonePartitioned(args));

    this.registerOutputs();
  }

  private createRole(args: ExperimentsArgs): aws.iam.Role {
    const assumeRolePolicy = policyDocument([
      {
        Sid: "ExperimentsOfThisAccount",
        Effect: "Allow",
        Principal: { Service: "fis.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": args.accountId },
          ArnLike: { "aws:SourceArn": `arn:aws:fis:${args.region}:${args.accountId}:experiment/*` },
        },
      },
    ]);
    const role = new aws.iam.Role(this.name, { assumeRolePolicy }, { parent: this });
    new aws.iam.RolePolicy(
      this.name,
      { role: role.name, policy: policyDocument(faultStatements(args)) },
      { parent: this },
    );
    return role;
  }

  private createTemplate(
    suffix: string,
    template: Template,
    { trafficAlarms }: ExperimentsArgs,
    role: aws.iam.Role,
    logGroup: aws.cloudwatch.LogGroup,
  ): void {
    const { nodeErrors, balancerErrors } = trafficAlarms;
    new aws.fis.ExperimentTemplate(
      `${this.name}-${suffix}`,
      {
        ...template,
        roleArn: role.arn,
        stopConditions: [nodeErrors, balancerErrors].map((alarm) => ({
          source: "aws:cloudwatch:alarm",
          value: alarm.arn,
        })),
        experimentOptions: { accountTargeting: "single-account", emptyTargetResolutionMode: "fail" },
        logConfiguration: {
          logSchemaVersion: 2,
          cloudwatchLogsConfiguration: { logGroupArn: pulumi.interpolate`${logGroup.arn}:*` },
        },
      },
      { parent: this },
    );
  }
}

function taskStopped({ cluster, appNodes }: ExperimentsArgs): Template {
  return {
    description: "One application node is stopped; the others serve and ECS replaces it.",
    targets: [
      {
        name: "node",
        resourceType: "aws:ecs:task",
        selectionMode: "COUNT(1)",
        parameters: { cluster: cluster.cluster.arn, service: appNodes.service.name },
      },
    ],
    actions: [{ name: "stop", actionId: "aws:ecs:stop-task", target: { key: "Tasks", value: "node" } }],
  };
}

function databaseFailover({ database }: ExperimentsArgs): Template {
  const target = { name: "database", selectionMode: "ALL", resourceArns: [database.arn] };
  if (database.availability === "cluster") {
    return {
      description: "The database cluster fails over to a reader.",
      targets: [{ ...target, resourceType: "aws:rds:cluster" }],
      actions: [
        {
          name: "fail-over",
          actionId: "aws:rds:failover-db-cluster",
          target: { key: "Clusters", value: "database" },
        },
      ],
    };
  }
  return {
    description: "The database fails over to its standby.",
    targets: [{ ...target, resourceType: "aws:rds:db" }],
    actions: [
      {
        name: "fail-over",
        actionId: "aws:rds:reboot-db-instances",
        parameters: [{ key: "forceFailover", value: "true" }],
        target: { key: "DBInstances", value: "database" },
      },
    ],
  };
}

function zonePartitioned({ network, zoneNames }: ExperimentsArgs): Template {
  const inFirstZone = [network.publicSubnets, network.privateSubnets, network.isolatedSubnets].flatMap(
    (subnets) => subnets.slice(0, 1),
  );
  return {
    description: `Zone ${zoneNames[0]} is parted from the others for three minutes, and all of them serve.`,
    targets: [
      {
        name: "zone",
        resourceType: "aws:ec2:subnet",
        selectionMode: "ALL",
        resourceArns: inFirstZone.map((subnet) => subnet.arn),
      },
    ],
    actions: [
      {
        name: "part",
        actionId: "aws:network:disrupt-connectivity",
        parameters: [
          { key: "duration", value: "PT3M" },
          { key: "scope", value: "availability-zone" },
        ],
        target: { key: "Subnets", value: "zone" },
      },
    ],
  };
}

function faultStatements(args: ExperimentsArgs): Statement[] {
  const { accountId, region, network, cluster, database } = args;
  const failover = database.availability === "cluster" ? "rds:FailoverDBCluster" : "rds:RebootDBInstance";
  const acl = `arn:aws:ec2:${region}:${accountId}:network-acl/*`;
  return [
    {
      Sid: "StopTasks",
      Effect: "Allow",
      Action: ["ecs:StopTask", "ecs:DescribeTasks"],
      Resource: pulumi.interpolate`arn:aws:ecs:${region}:${accountId}:task/${cluster.cluster.name}/*`,
    },
    { Sid: "FailOverDatabase", Effect: "Allow", Action: failover, Resource: database.arn },
    {
      Sid: "MakeClosedAcl",
      Effect: "Allow",
      Action: "ec2:CreateNetworkAcl",
      Resource: [acl, network.vpc.arn],
    },
    {
      Sid: "TagClosedAcl",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: acl,
      Condition: {
        StringEquals: { "ec2:CreateAction": "CreateNetworkAcl", "aws:RequestTag/managedByFIS": "true" },
      },
    },
    {
      Sid: "ChangeClosedAcl",
      Effect: "Allow",
      Action: ["ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAcl"],
      Resource: acl,
      Condition: { StringEquals: { "ec2:ResourceTag/managedByFIS": "true" } },
    },
    {
      Sid: "SwapAcl",
      Effect: "Allow",
      Action: "ec2:ReplaceNetworkAclAssociation",
      Resource: [...network.publicSubnets, ...network.privateSubnets, ...network.isolatedSubnets]
        .map((subnet): pulumi.Input<string> => subnet.arn)
        .concat(acl),
    },
    {
      // These only look, and AWS takes no narrower resource for them.
      Sid: "FindTargets",
      Effect: "Allow",
      Action: [
        "ec2:DescribeManagedPrefixLists",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:GetManagedPrefixListEntries",
        "ecs:DescribeClusters",
        "ecs:ListTasks",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "tag:GetResources",
        "cloudwatch:DescribeAlarms",
      ],
      Resource: "*",
    },
    {
      // Delivery of logs to CloudWatch is set up with these, which know no resource.
      Sid: "DeliverLog",
      Effect: "Allow",
      Action: [
        "logs:CreateLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:PutResourcePolicy",
      ],
      Resource: "*",
    },
  ];
}
