import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeTasksCommand,
  type ECSClient,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from "@aws-sdk/client-ecs";
import { PersonError } from "../../errors.ts";

/** Where a task of the stack's runs once, in the private subnets. */
export interface OneOffTask {
  region: string;
  clusterArn: string;
  taskDefinitionArn: string;
  subnetIds: string[];
  securityGroupIds: string[];
  logGroupName: string;
  /** Its one container, and the first part of the name of its log stream. */
  containerName: string;
  logStreamPrefix: string;
}

/** How AWS is reached; tests use a cloud of their own. */
export interface TaskClients {
  ecs: ECSClient;
  logs: CloudWatchLogsClient;
}

/**
 * @param what it is, as in "The migration".
 * @returns The task's ARN.
 * @throws PersonError with ECS's reason when it takes none.
 */
export async function startTask(
  { ecs }: TaskClients,
  task: OneOffTask,
  what: string,
  more: Pick<RunTaskCommandInput, "startedBy" | "overrides">,
): Promise<string> {
  const started = await ecs.send(
    new RunTaskCommand({
      cluster: task.clusterArn,
      taskDefinition: task.taskDefinitionArn,
      launchType: "FARGATE",
      count: 1,
      propagateTags: "TASK_DEFINITION",
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: task.subnetIds,
          securityGroups: task.securityGroupIds,
          assignPublicIp: "DISABLED",
        },
      },
      ...more,
    }),
  );
  const taskArn = started.tasks?.[0]?.taskArn;
  if (taskArn) return taskArn;
  const failure = started.failures?.[0];
  const why = [failure?.reason, failure?.detail].filter(Boolean).join(", ") || "ECS gave no reason";
  throw new PersonError(`${what} could not be started: ${why}.`);
}

export async function describeTask(
  { ecs }: Pick<TaskClients, "ecs">,
  { clusterArn }: OneOffTask,
  taskArn: string,
): Promise<Task | undefined> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: clusterArn, tasks: [taskArn] }));
  return tasks?.[0];
}

/** Undefined while it runs, and where its container never started. */
export function exitCodeOf(task: Task, { containerName }: OneOffTask): number | undefined {
  return task.containers?.find((container) => container.name === containerName)?.exitCode;
}

export function logStreamOf({ logStreamPrefix, containerName }: OneOffTask, taskArn: string): string {
  return `${logStreamPrefix}/${containerName}/${taskArn.split("/").at(-1)}`;
}
