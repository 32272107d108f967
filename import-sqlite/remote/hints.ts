import { logStreamOf } from "../../infra/aws/delivery/one-off-task.ts";
import type { ImportTaskOutput } from "../../infra/contract.ts";

/** What shows a task's log, from anywhere with the AWS CLI. */
export function howToLook(task: ImportTaskOutput, taskArn: string): string {
  return `\`aws logs tail ${task.logGroupName} --log-stream-names ${logStreamOf(task, taskArn)} --since 1d --follow --region ${task.region}\` shows it`;
}

export function howToStop(task: ImportTaskOutput, taskArn: string): string {
  return `\`aws ecs stop-task --cluster ${task.clusterArn} --task ${taskArn} --region ${task.region}\` stops it`;
}
