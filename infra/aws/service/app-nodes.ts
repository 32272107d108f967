import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { database as names, stopTimeoutSeconds } from "../../topology.ts";
import type { Secrets } from "../account/secrets.ts";
import type { Database } from "../database/database.ts";
import type { Network } from "../network/network.ts";
import { ports } from "../network/ports.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { LoadBalancer } from "../traffic/load-balancer.ts";
import { createAutoscaling } from "./autoscaling.ts";
import { containerDefinitions } from "./container-definition.ts";
import type { ServiceCluster } from "./service-cluster.ts";
import { databaseCertificateFile, fargatePlatformVersion, taskPlatform } from "./task-platform.ts";
import { TaskRoles } from "./task-roles.ts";

export interface AppNodesArgs {
  accountId: string;
  region: string;
  /** The least number of nodes, and the number that load may raise it to. */
  count: number;
  countMax: number;
  cpuUnits: number;
  memoryMegabytes: number;
  architecture: "X86_64" | "ARM64";
  network: Network;
  secrets: Secrets;
  keyArn: pulumi.Input<string>;
  database: Database;
  objectStore: ObjectStore;
  traffic: LoadBalancer;
  repositoryArn: pulumi.Input<string>;
  cluster: ServiceCluster;
  release: { image: pulumi.Input<string>; commit: string };
  /** The service's own where none are given. */
  rateLimits: string | undefined;
  corsOrigins: string | undefined;
  tracesUrl: string | undefined;
  /** A deployment that sets one of these off is rolled back. */
  rollbackAlarmNames: pulumi.Input<string>[];
  /** No node of this version starts before these are done. */
  after: pulumi.Resource[];
}

/** More than the application takes at most, so that ECS never ends it with a request in hand. */
const containerStopTimeoutSeconds = stopTimeoutSeconds.app + 5;

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

    const roles = this.createRoles(args);
    const definition = this.createDefinition(args, roles);
    this.service = this.createService(args, definition, roles);
    createAutoscaling(name, { ...args, service: this.service }, { parent: this });

    this.registerOutputs();
  }

  private createRoles(args: AppNodesArgs): TaskRoles {
    return new TaskRoles(
      this.name,
      {
        accountId: args.accountId,
        region: args.region,
        repositoryArn: args.repositoryArn,
        logGroupArn: args.cluster.logGroup.arn,
        secretArns: [args.secrets.applicationPasswordSecret.arn, args.secrets.signingKeysSecret.arn],
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

  private createDefinition(args: AppNodesArgs, roles: TaskRoles): aws.ecs.TaskDefinition {
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
          // Tasks are made from one definition: each takes the name that its network gave it.
          command: ["sh", "-c", 'NODE_NAME="$(hostname)" exec node app/main.ts'],
          environment: this.environment(args),
          secrets: {
            DATABASE_PASSWORD: args.secrets.applicationPasswordSecret.versionReference,
            SIGNING_KEYS: args.secrets.signingKeysSecret.versionReference,
          },
          port: ports.app,
          logGroupName: args.cluster.logGroup.name,
          region: args.region,
          logStreamPrefix: "app",
          stopTimeoutSeconds: containerStopTimeoutSeconds,
        }),
      },
      { parent: this, dependsOn: roles.ready },
    );
  }

  /** No store credentials here: the task's role grants access. */
  private environment(args: AppNodesArgs) {
    const { database, objectStore, network, release, region, rateLimits, corsOrigins, tracesUrl } = args;
    return {
      // Its digest alone: the registry's name has the account's number in it, and /health/deep is public.
      RELEASE_IMAGE: pulumi.output(release.image).apply((image) => image.split("@").at(-1) ?? image),
      RELEASE_COMMIT: release.commit,
      PORT: String(ports.app),
      DATABASE_URL: database.url(names.applicationUser),
      DATABASE_CA_FILE: databaseCertificateFile,
      OBJECT_STORE_REGION: region,
      OBJECT_STORE_BUCKET: objectStore.bucket.bucket.bucket,
      ASSETS_URL: objectStore.distribution.url,
      // Only the load balancer has addresses there, and only it is let through to the nodes.
      TRUSTED_PROXIES: pulumi
        .all(network.publicSubnets.map((subnet) => subnet.cidrBlock))
        .apply((list) => list.join()),
      LOG_LEVEL: "info",
      ...(rateLimits === undefined ? {} : { RATE_LIMITS: rateLimits }),
      ...(corsOrigins === undefined ? {} : { CORS_ORIGINS: corsOrigins }),
      ...(tracesUrl === undefined ? {} : { TRACES_URL: tracesUrl }),
    };
  }

  private createService(
    args: AppNodesArgs,
    definition: aws.ecs.TaskDefinition,
    roles: TaskRoles,
  ): aws.ecs.Service {
    const { network, traffic } = args;
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
        // A quarter of a vCPU takes its time to load the program.
        healthCheckGracePeriodSeconds: 120,
        networkConfiguration: {
          subnets: network.privateSubnets.map((subnet) => subnet.id),
          securityGroups: [network.securityGroups.app.id],
          assignPublicIp: false,
        },
        loadBalancers: [
          { targetGroupArn: traffic.targetGroup.arn, containerName: "app", containerPort: ports.app },
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
