import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { isOwn } from "../../configuration/service.ts";
import type { LoadBalancer } from "../traffic/load-balancer.ts";
import { createAutoscaling } from "./autoscaling.ts";
import { containerDefinitions } from "./container-definition.ts";
import type { ServiceCluster } from "./service-cluster.ts";
import { type GivenToService, givenToNodes, type NodeSettings } from "./service-settings.ts";
import { fargatePlatformVersion, taskPlatform } from "./task-platform.ts";
import { TaskRoles } from "./task-roles.ts";

export interface AppNodesArgs extends NodeSettings {
  accountId: string;
  /** The least number of nodes, and the number that load may raise it to. */
  count: number;
  countMax: number;
  cpuUnits: number;
  memoryMegabytes: number;
  architecture: "X86_64" | "ARM64";
  keyArn: pulumi.Input<string>;
  traffic: LoadBalancer;
  repositoryArn: pulumi.Input<string>;
  cluster: ServiceCluster;
  /** A deployment that sets one of these off is rolled back. */
  rollbackAlarmNames: pulumi.Input<string>[];
  /** No node of this version starts before these are done. */
  after: pulumi.Resource[];
}

/** More than the service takes at most, so that ECS never ends it with a request in hand. */
const moreStopSeconds = 5;
/** Even a small service takes its time to start on a quarter of a vCPU. */
const leastStartSeconds = 120;

/**
 * Equal, stateless application nodes over all zones. A new version starts beside the old one, and takes its place
 * when it is healthy; when it never is, or an alarm goes off, the old one stays.
 */
export class AppNodes extends pulumi.ComponentResource {
  readonly service: aws.ecs.Service;
  private readonly name: string;

  constructor(name: string, args: AppNodesArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:AppNodes", name, {}, options);
    this.name = name;

    const given = givenToNodes(args);
    const roles = this.createRoles(args, given);
    const definition = this.createDefinition(args, roles, given);
    this.service = this.createService(args, definition, roles);
    createAutoscaling(name, { ...args, service: this.service }, { parent: this });

    this.registerOutputs();
  }

  private createRoles(args: AppNodesArgs, { secretArns }: GivenToService): TaskRoles {
    return new TaskRoles(
      this.name,
      {
        accountId: args.accountId,
        region: args.region,
        repositoryArns: [args.repositoryArn],
        logGroupArn: args.cluster.logGroup.arn,
        secretArns,
        keyArn: args.keyArn,
        applicationStatements: [
          {
            Sid: "ReadAndWriteUploads",
            Effect: "Allow",
            Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            Resource: pulumi.interpolate`${args.objectStore.bucket.bucket.arn}/*`,
          },
          {
            // Without it S3 answers 403 instead of 404 for an object that is not there.
            Sid: "FindUploads",
            Effect: "Allow",
            Action: "s3:ListBucket",
            Resource: args.objectStore.bucket.bucket.arn,
          },
          {
            Sid: "EncryptUploads",
            Effect: "Allow",
            Action: ["kms:Decrypt", "kms:GenerateDataKey"],
            Resource: args.keyArn,
            Condition: { StringEquals: { "kms:ViaService": `s3.${args.region}.amazonaws.com` } },
          },
        ],
      },
      { parent: this },
    );
  }

  private createDefinition(
    args: AppNodesArgs,
    roles: TaskRoles,
    { secretArns: _, ...given }: GivenToService,
  ): aws.ecs.TaskDefinition {
    const { service } = args;
    return new aws.ecs.TaskDefinition(
      this.name,
      {
        family: this.name,
        ...taskPlatform(args.architecture),
        cpu: String(args.cpuUnits),
        memory: String(args.memoryMegabytes),
        executionRoleArn: roles.execution.arn,
        taskRoleArn: roles.application.arn,
        containerDefinitions: containerDefinitions({
          name: "app",
          image: args.release.image,
          userId: service.user,
          ...given,
          ...(isOwn(service) ? {} : { memoryPaths: service.writablePaths }),
          port: service.port,
          logGroupName: args.cluster.logGroup.name,
          region: args.region,
          logStreamPrefix: "app",
          stopTimeoutSeconds: service.stopSeconds + moreStopSeconds,
        }),
      },
      { parent: this, dependsOn: roles.ready },
    );
  }

  private createService(
    args: AppNodesArgs,
    definition: aws.ecs.TaskDefinition,
    roles: TaskRoles,
  ): aws.ecs.Service {
    const { network, traffic, service } = args;
    return new aws.ecs.Service(
      this.name,
      {
        name: this.name,
        cluster: args.cluster.cluster.arn,
        taskDefinition: definition.arn,
        desiredCount: args.count,
        launchType: "FARGATE",
        platformVersion: fargatePlatformVersion,
        availabilityZoneRebalancing: "ENABLED",
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms: { enable: true, rollback: true, alarmNames: args.rollbackAlarmNames },
        // The deployment has not happened until the new nodes serve.
        waitForSteadyState: true,
        healthCheckGracePeriodSeconds: Math.max(service.startSeconds, leastStartSeconds),
        networkConfiguration: {
          subnets: network.privateSubnets.map((subnet) => subnet.id),
          securityGroups: [network.securityGroups.app.id],
          assignPublicIp: false,
        },
        loadBalancers: [
          { targetGroupArn: traffic.targetGroup.arn, containerName: "app", containerPort: service.port },
        ],
        enableEcsManagedTags: true,
        enableExecuteCommand: false,
        propagateTags: "SERVICE",
      },
      {
        parent: this,
        dependsOn: [traffic.listener, ...network.ready, ...roles.ready, ...args.after],
        // Between the bounds, autoscaling decides the number of nodes.
        ignoreChanges: ["desiredCount"],
      },
    );
  }
}
