import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateRepositoryCommand, DeleteRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import type { Properties } from "./cloud.ts";

// What the program itself asks of AWS, it asks of moto: that has to know it as well. Clients find moto by AWS_ENDPOINT_URL.

/** Makes in moto what the program will talk to, and answers with the outputs that moto gave it. */
export async function makeInMoto(type: string, id: string, inputs: Properties): Promise<Properties> {
  switch (type) {
    case "aws:ecr/repository:Repository": {
      const made = await new ECRClient().send(new CreateRepositoryCommand({ repositoryName: id }));
      return { name: id, repositoryUrl: made.repository?.repositoryUri, arn: made.repository?.repositoryArn };
    }
    case "aws:s3/bucket:Bucket":
      if (id.startsWith("capstone-imports-")) await makeBucket(id);
      return {};
    case "aws:cloudwatch/logGroup:LogGroup":
      await new CloudWatchLogsClient().send(new CreateLogGroupCommand({ logGroupName: id }));
      return { name: id };
    case "aws:ecs/cluster:Cluster": {
      const made = await new ECSClient().send(new CreateClusterCommand({ clusterName: id }));
      return { arn: made.cluster?.clusterArn };
    }
    case "aws:ecs/taskDefinition:TaskDefinition":
      return { arn: await register(inputs) };
    default:
      return {};
  }
}

/** The one that the import brings files to. */
async function makeBucket(Bucket: string): Promise<void> {
  const s3 = new S3Client();
  const CreateBucketConfiguration = { LocationConstraint: "eu-central-1" as const };
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration })).catch((error: Error) => {
    // From an `up` that was killed before it could write it down.
    if (error.name !== "BucketAlreadyOwnedByYou") throw error;
  });
  const VersioningConfiguration = { Status: "Enabled" as const };
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
}

export async function removeFromMoto(type: string, id: string): Promise<void> {
  if (type === "aws:ecr/repository:Repository") {
    await new ECRClient().send(new DeleteRepositoryCommand({ repositoryName: id, force: true }));
  }
  if (type === "aws:cloudwatch/logGroup:LogGroup") {
    await new CloudWatchLogsClient().send(new DeleteLogGroupCommand({ logGroupName: id }));
  }
}

/** The task as it is, but for what its container does: there is no image to run, and no database to migrate. */
async function register(inputs: Properties): Promise<string | undefined> {
  const [container] = JSON.parse(String(inputs.containerDefinitions));
  const { taskDefinition } = await new ECSClient().send(
    new RegisterTaskDefinitionCommand({
      family: String(inputs.family),
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: String(inputs.cpu),
      memory: String(inputs.memory),
      containerDefinitions: [
        {
          name: container.name,
          image: container.image,
          cpu: Number(inputs.cpu),
          memory: Number(inputs.memory),
          command: ["sh", "-c", process.env.STAND_IN_TASK ?? ""],
          logConfiguration: container.logConfiguration,
        },
      ],
    }),
  );
  return taskDefinition?.taskDefinitionArn;
}
