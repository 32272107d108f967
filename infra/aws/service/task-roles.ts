import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement } from "../account/policy-document.ts";

export interface TaskRolesArgs {
  accountId: string;
  region: string;
  repositoryArns: pulumi.Input<string>[];
  logGroupArn: pulumi.Input<string>;
  /** What the task is given, and with which key it is encrypted. */
  secretArns: pulumi.Input<string>[];
  keyArn: pulumi.Input<string>;
  /** What the application itself may do; nothing when empty. */
  applicationStatements: Statement[];
}

/** The role that ECS starts a task with, and the one that its application has: each no more than it needs. */
export class TaskRoles extends pulumi.ComponentResource {
  readonly execution: aws.iam.Role;
  readonly application: aws.iam.Role;
  /** What a task must wait for before it can start. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: TaskRolesArgs, options?: pulumi.ComponentResourceOptions) {
    super("capstone:aws:TaskRoles", name, {}, options);

    this.execution = this.createRole(`${name}-execution`, args);
    this.application = this.createRole(`${name}-application`, args);
    this.ready = [this.allow(`${name}-execution`, this.execution, executionStatements(args))];
    if (args.applicationStatements.length > 0) {
      this.ready.push(this.allow(`${name}-application`, this.application, args.applicationStatements));
    }

    this.registerOutputs();
  }

  private createRole(name: string, { accountId, region }: TaskRolesArgs): aws.iam.Role {
    const assumeRolePolicy = policyDocument([
      {
        Sid: "TasksOfThisAccount",
        Effect: "Allow",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: { "aws:SourceArn": `arn:aws:ecs:${region}:${accountId}:*` },
        },
      },
    ]);
    return new aws.iam.Role(name, { assumeRolePolicy }, { parent: this });
  }

  private allow(name: string, role: aws.iam.Role, statements: Statement[]): aws.iam.RolePolicy {
    return new aws.iam.RolePolicy(
      name,
      { role: role.name, policy: policyDocument(statements) },
      { parent: this },
    );
  }
}

function executionStatements(args: TaskRolesArgs): Statement[] {
  return [
    // Logging in to the registry is not about any one repository, so AWS takes no other resource here.
    { Sid: "RegistryLogin", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: "PullImage",
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      // One alone is written as AWS writes it back.
      Resource: args.repositoryArns.length === 1 ? (args.repositoryArns[0] ?? "") : args.repositoryArns,
    },
    {
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${args.logGroupArn}:*`,
    },
    {
      Sid: "ReadSecrets",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: args.secretArns,
    },
    { Sid: "DecryptSecrets", Effect: "Allow", Action: "kms:Decrypt", Resource: args.keyArn },
  ];
}
