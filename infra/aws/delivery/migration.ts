import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { migrationsHash } from "../../release.ts";
import { database as names } from "../../topology.ts";
import type { Secrets } from "../account/secrets.ts";
import type { Database } from "../database/database.ts";
import type { Network } from "../network/network.ts";
import { containerDefinitions } from "../service/container-definition.ts";
import type { ServiceCluster } from "../service/service-cluster.ts";
import { databaseCertificateFile, taskPlatform } from "../service/task-platform.ts";
import { TaskRoles } from "../service/task-roles.ts";
import { MigrationTask } from "./migration-task.ts";

export interface MigrationArgs {
  accountId: string;
  region: string;
  architecture: "X86_64" | "ARM64";
  network: Network;
  secrets: Secrets;
  keyArn: pulumi.Input<string>;
  database: Database;
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

    const roles = this.createRoles(args);
    const definition = this.createDefinition(args, roles);
    this.task = this.createTask(args, definition, roles);
    this.newest = this.task.newest;

    this.registerOutputs({ newest: this.newest });
  }

  private createRoles(args: MigrationArgs): TaskRoles {
    return new TaskRoles(
      this.name,
      {
        accountId: args.accountId,
        region: args.region,
        repositoryArn: args.repositoryArn,
        logGroupArn: args.cluster.logGroup.arn,
        secretArns: [args.database.ownerSecretArn, args.secrets.applicationPasswordSecret.arn],
        keyArn: args.keyArn,
        applicationStatements: [],
      },
      { parent: this },
    );
  }

  private createDefinition(args: MigrationArgs, roles: TaskRoles): aws.ecs.TaskDefinition {
    return new aws.ecs.TaskDefinition(
      this.name,
      {
        family: this.name,
        ...taskPlatform(args.architecture),
        cpu: "256",
        memory: "512",
        executionRoleArn: roles.execution.arn,
        taskRoleArn: roles.application.arn,
        containerDefinitions: containerDefinitions({
          name: "migration",
          image: args.image,
          command: ["node", "migrations/run.ts"],
          environment: {
            DATABASE_URL: args.database.url(names.ownerUser),
            DATABASE_CA_FILE: databaseCertificateFile,
          },
          secrets: {
            DATABASE_PASSWORD: pulumi.interpolate`${args.database.ownerSecretArn}:password::`,
            APPLICATION_PASSWORD: args.secrets.applicationPasswordSecret.versionReference,
          },
          logGroupName: args.cluster.logGroup.name,
          region: args.region,
          logStreamPrefix: "migration",
          stopTimeoutSeconds: 30,
        }),
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
        },
        triggers: {
          migrations: migrationsHash(),
          applicationPassword: args.secrets.applicationPasswordSecret.versionId,
          database: database.resource.id,
        },
      },
      { parent: this, dependsOn: [...network.ready, ...roles.ready] },
    );
  }
}
