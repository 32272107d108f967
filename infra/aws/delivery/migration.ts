import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { isOwn } from "../../configuration/service.ts";
import type { Network } from "../network/network.ts";
import { containerDefinitions } from "../service/container-definition.ts";
import type { ServiceCluster } from "../service/service-cluster.ts";
import { type GivenToService, givenToMigration, type ServiceSettings } from "../service/service-settings.ts";
import { taskPlatform } from "../service/task-platform.ts";
import { TaskRoles } from "../service/task-roles.ts";
import type { DatabaseLogin } from "./database-login.ts";
import { MigrationTask } from "./migration-task.ts";

export interface MigrationArgs extends ServiceSettings {
  accountId: string;
  region: string;
  architecture: "X86_64" | "ARM64";
  network: Network;
  keyArn: pulumi.Input<string>;
  /** Runs first where the service's migration does not make the nodes' login itself. */
  login: DatabaseLogin | undefined;
  /** The migration runs again when this changes, or the application's password. */
  hash: string;
  repositoryArn: pulumi.Input<string>;
  image: pulumi.Input<string>;
  cluster: ServiceCluster;
}

/** How long all pending migrations may take together, in seconds. */
const timeoutSeconds = 1800;

/**
 * The gate of every deployment: brings the schema to the newest migration before any new application node. It runs
 * when a migration or the application's password changed; when it fails, the nodes that run keep running.
 */
export class Migration extends pulumi.ComponentResource {
  readonly task: MigrationTask;
  /** The newest migration that is applied. */
  readonly newest: pulumi.Output<string>;
  private readonly name: string;

  constructor(name: string, args: MigrationArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:Migration", name, {}, options);
    this.name = name;

    const given = givenToMigration(args);
    const roles = this.createRoles(args, given);
    const definition = this.createDefinition(args, roles, given);
    this.task = this.createTask(args, definition, roles);
    this.newest = this.task.newest;

    this.registerOutputs({ newest: this.newest });
  }

  private createRoles(args: MigrationArgs, given: GivenToService): TaskRoles {
    const { login, secrets } = args;
    return new TaskRoles(
      this.name,
      {
        accountId: args.accountId,
        region: args.region,
        repositoryArns: [args.repositoryArn, ...(login ? [login.repositoryArn] : [])],
        logGroupArn: args.cluster.logGroup.arn,
        secretArns: [...given.secretArns, ...(login ? [secrets.applicationPasswordSecret.arn] : [])],
        keyArn: args.keyArn,
        applicationStatements: [],
      },
      { parent: this },
    );
  }

  private createDefinition(
    args: MigrationArgs,
    roles: TaskRoles,
    { secretArns: _, ...given }: GivenToService,
  ): aws.ecs.TaskDefinition {
    const { service, login } = args;
    const common = {
      logGroupName: args.cluster.logGroup.name,
      region: args.region,
      logStreamPrefix: "migration",
      stopTimeoutSeconds: 30,
    };
    return new aws.ecs.TaskDefinition(
      this.name,
      {
        family: this.name,
        ...taskPlatform(args.architecture),
        cpu: "256",
        memory: "512",
        executionRoleArn: roles.execution.arn,
        taskRoleArn: roles.application.arn,
        containerDefinitions: containerDefinitions(
          ...(login ? [{ ...common, ...login.container, runsToItsEnd: true as const }] : []),
          {
            ...common,
            ...given,
            name: "migration",
            image: args.image,
            userId: service.user,
            ...(login ? { after: login.container.name } : {}),
            ...(isOwn(service) ? {} : { memoryPaths: service.writablePaths }),
          },
        ),
      },
      { parent: this, dependsOn: roles.ready },
    );
  }

  private createTask(
    args: MigrationArgs,
    definition: aws.ecs.TaskDefinition,
    roles: TaskRoles,
  ): MigrationTask {
    const { network, database } = args;
    return new MigrationTask(
      this.name,
      {
        run: {
          region: args.region,
          clusterArn: args.cluster.cluster.arn,
          taskDefinitionArn: definition.arn,
          subnetIds: network.privateSubnets.map((subnet) => subnet.id),
          securityGroupIds: [network.securityGroups.migration.id],
          logGroupName: args.cluster.logGroup.name,
          containerName: "migration",
          logStreamPrefix: "migration",
          timeoutSeconds,
          ...(isOwn(args.service) ? {} : { lastLine: true }),
        },
        triggers: {
          migrations: args.hash,
          applicationPassword: args.secrets.applicationPasswordSecret.versionId,
          database: database.resource.id,
        },
      },
      { parent: this, dependsOn: [...network.ready, ...roles.ready] },
    );
  }
}
