import type { RemoteClients } from "../../../import-sqlite/remote/run.ts";
import type { Patience } from "../../../import-sqlite/remote/watch.ts";
import type { ImportTaskOutput } from "../../../infra/contract.ts";

/** What a test's task does: its log by and by, and how it ends. */
export interface TaskScript {
  lines: string[];
  /** Undefined for one whose container has none. */
  exitCode: number | undefined;
  stopCode?: "TaskFailedToStart";
  stoppedReason?: string;
  /** It goes on until it is stopped. */
  endless?: true;
}

export const task: ImportTaskOutput = {
  region: "eu-central-1",
  clusterArn: "arn:aws:ecs:eu-central-1:123456789012:cluster/capstone-prod",
  taskDefinitionArn: "arn:aws:ecs:eu-central-1:123456789012:task-definition/capstone-prod-import:7",
  subnetIds: ["subnet-1", "subnet-2"],
  securityGroupIds: ["sg-1"],
  logGroupName: "capstone-prod-tasks",
  containerName: "import",
  logStreamPrefix: "import",
  bucketName: "capstone-imports-prod-123456789012",
};

export const taskArn = "arn:aws:ecs:eu-central-1:123456789012:task/capstone-prod/0123abcd";

/** As much of S3, ECS and CloudWatch Logs as the command asks, kept in memory. */
export class RemoteCloud {
  /** Contents by key, and parts by upload. */
  readonly objects = new Map<string, Buffer>();
  /** What was there when the task was started. */
  readonly broughtAtStart = new Map<string, Buffer>();
  /** The names of all commands, in their order. */
  readonly asked: string[] = [];
  /** The input of each call that started a task. */
  readonly started: Record<string, unknown>[] = [];
  stopped = false;
  /** So many questions about the task find none: AWS may not find it at the moment. */
  unknownFor = 0;
  script: TaskScript = { lines: ['{"sentence":"Imported."}'], exitCode: 0 };
  /** Tasks of somebody else's, told one list a question. */
  others: { taskArn: string; lastStatus: string }[][] = [];
  /** What is waited for in vain is made short by its test; the rest comes in time on a busy machine too. */
  readonly patience: Patience = { pollMs: 5, logDelayMs: 10_000, silenceMs: 10_000 };
  /** Throws what AWS or the way to it answers a command with, by its name. */
  refuse: (command: string) => void = () => {};
  private readonly parts = new Map<string, Buffer[]>();
  private told = 0;
  private listed: { taskArn: string; lastStatus: string }[] = [];

  get clients(): RemoteClients {
    const send = async (command: { constructor: { name: string }; input: unknown }, options = {}) =>
      this.answer(command.constructor.name, command.input as Record<string, unknown>, options);
    const client = { send } as never;
    return { ecs: client, logs: client, s3: client, patience: this.patience };
  }

  private answer(
    name: string,
    input: Record<string, unknown>,
    options: { abortSignal?: AbortSignal },
  ): unknown {
    this.asked.push(name);
    options.abortSignal?.throwIfAborted();
    this.refuse(name);
    switch (name) {
      case "PutObjectCommand":
        this.objects.set(input.Key as string, Buffer.from(input.Body as Buffer));
        return {};
      case "CreateMultipartUploadCommand":
        this.parts.set(input.Key as string, []);
        return { UploadId: input.Key };
      case "UploadPartCommand":
        this.parts.get(input.UploadId as string)?.push(Buffer.from(input.Body as Buffer));
        return { ETag: `part-${input.PartNumber}` };
      case "CompleteMultipartUploadCommand":
        this.objects.set(input.Key as string, Buffer.concat(this.parts.get(input.Key as string) ?? []));
        return {};
      case "AbortMultipartUploadCommand":
        this.parts.delete(input.Key as string);
        return {};
      case "ListObjectVersionsCommand": {
        const keys = [...this.objects.keys()].filter((key) => key.startsWith(input.Prefix as string));
        return { Versions: keys.map((Key) => ({ Key, VersionId: `version-of-${Key}` })) };
      }
      case "DeleteObjectsCommand":
        for (const { Key, VersionId } of (input.Delete as { Objects: Record<string, string>[] }).Objects)
          if (VersionId === `version-of-${Key}`) this.objects.delete(Key ?? "");
        return {};
      case "ListTasksCommand":
        this.listed = this.others.shift() ?? [];
        return { taskArns: this.listed.map((other) => other.taskArn) };
      case "RunTaskCommand":
        this.started.push(input);
        for (const [key, contents] of this.objects) this.broughtAtStart.set(key, contents);
        return { tasks: [{ taskArn }] };
      case "StopTaskCommand":
        this.stopped = true;
        return {};
      case "DescribeTasksCommand":
        if ((input.tasks as string[])[0] !== taskArn) return { tasks: this.listed };
        return { tasks: this.unknownFor-- > 0 ? [] : [this.described()] };
      case "GetLogEventsCommand":
        return this.log(input.nextToken as string | undefined);
      default:
        throw new Error(`no stand-in for ${name}`);
    }
  }

  private described() {
    const { lines, exitCode, endless, stopCode, stoppedReason } = this.script;
    const ended = this.stopped || (!endless && this.told >= lines.length - 1);
    if (!ended) return { lastStatus: "RUNNING" };
    const code = this.stopped ? 143 : exitCode;
    return {
      lastStatus: "STOPPED",
      stopCode: this.stopped ? "UserInitiated" : (stopCode ?? "EssentialContainerExited"),
      stoppedReason: stoppedReason ?? "Essential container in task exited",
      containers: [{ name: "import", ...(code !== undefined && { exitCode: code }) }],
    };
  }

  /** One line more with each question. */
  private log(nextToken: string | undefined) {
    const from = Number(nextToken ?? 0);
    if (nextToken === undefined && this.script.exitCode === undefined)
      throw Object.assign(new Error("no stream"), { name: "ResourceNotFoundException" });
    const events = this.script.lines.slice(from, from + 1).map((message) => ({ message }));
    this.told = from + events.length;
    return { events, nextForwardToken: String(this.told) };
  }
}
