import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import { S3Client } from "@aws-sdk/client-s3";
import { startTask, type TaskClients } from "../../infra/aws/delivery/one-off-task.ts";
import type { ImportTaskOutput } from "../../infra/contract.ts";
import { PersonError } from "../../infra/errors.ts";
import { type Baggage, bring, type ImportRequest, pack } from "./carry.ts";
import { howToLook, howToStop } from "./hints.ts";
import { Parcel } from "./parcel.ts";
import { type Ended, OutOfSight, type Patience, watch } from "./watch.ts";

/** How AWS is reached, and how patiently; tests use a cloud of their own. */
export interface RemoteClients extends TaskClients {
  s3: S3Client;
  patience: Patience;
}

export interface RemoteImport {
  stack: string;
  task: ImportTaskOutput;
  request: ImportRequest;
  /** Aborted by whoever wants it to end. */
  signal: AbortSignal;
  say: (lines: string) => void;
}

/** What the command ends with. */
export interface Outcome {
  sentence: string;
  /** The task's own. */
  exitCode: number;
}

/**
 * Imports into a stack on AWS: brings the file to a bucket, has a task in the stack's network import it, passes on what that
 * says, and takes the file away again.
 * @throws PersonError when nothing was started, or when its end cannot be seen from here.
 */
export async function importRemotely(
  remote: RemoteImport,
  clients = clientsFor(remote.task.region),
): Promise<Outcome> {
  const { request, task, signal, say } = remote;
  using baggage = await pack(request, say);
  await refuseSecond(remote, clients);
  const parcel = new Parcel(clients.s3, task.bucketName);
  let outOfSight = false;
  try {
    await bringAll(baggage, parcel, remote);
    // Its copy of the file is of no more use here; and bringing it may have taken long.
    baggage[Symbol.dispose]();
    await refuseSecond(remote, clients);
    if (signal.aborted) throw interruptedBefore();
    const taskArn = await start(remote, clients, parcel, baggage);
    const { patience } = clients;
    const ended = await watch({ clients, task, taskArn, patience, signal, say }).catch((error: unknown) => {
      if (!(error instanceof OutOfSight)) throw error;
      outOfSight = true;
      throw new PersonError(lostSight(task, taskArn, error));
    });
    return outcomeOf(ended, signal.aborted);
  } finally {
    // A task that cannot be seen may still have to read it.
    if (!outOfSight) await takeAway(parcel, say);
  }
}

/** @throws PersonError where one runs: the database would let only one of them write. */
async function refuseSecond({ stack, task }: RemoteImport, clients: RemoteClients): Promise<void> {
  const running = await runningTask(task, clients).catch((error: Error) => {
    throw new PersonError(
      `AWS cannot be asked about the stack ${stack}: ${error.message}. Nothing was imported.`,
    );
  });
  if (running === undefined) return;
  throw new PersonError(
    `An import into the stack ${stack} is running already; ${howToLook(task, running)}, and ${howToStop(task, running)}.`,
  );
}

async function runningTask(
  { clusterArn: cluster, taskDefinitionArn }: ImportTaskOutput,
  { ecs }: RemoteClients,
): Promise<string | undefined> {
  const family = taskDefinitionArn.split("/").at(-1)?.split(":")[0];
  const listed = await ecs.send(new ListTasksCommand({ cluster, family, desiredStatus: "RUNNING" }));
  if (!listed.taskArns?.length) return undefined;
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: listed.taskArns }));
  return tasks?.find(({ lastStatus }) => lastStatus !== "STOPPED")?.taskArn;
}

async function bringAll(
  baggage: Baggage,
  parcel: Parcel,
  { task, signal, say }: RemoteImport,
): Promise<void> {
  const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
  let brought = 0;
  let saidAt = Date.now();
  try {
    await bring(baggage, parcel, signal, (bytes) => {
      brought += bytes;
      if (Date.now() - saidAt < 5_000) return;
      saidAt = Date.now();
      say(`brought ${mebibytes(brought)} MiB to the bucket ${task.bucketName}`);
    });
  } catch (error) {
    if (signal.aborted) throw interruptedBefore();
    throw new PersonError(
      `The file cannot be brought to the bucket ${task.bucketName}: ${(error as Error).message}. Nothing was imported.`,
    );
  }
}

async function start(
  { task, say }: RemoteImport,
  clients: RemoteClients,
  { prefix }: Parcel,
  { diskGibibytes }: Baggage,
): Promise<string> {
  const taskArn = await startTask(clients, task, "The import", {
    startedBy: "capstone-import",
    overrides: {
      ...(diskGibibytes && { ephemeralStorage: { sizeInGiB: diskGibibytes } }),
      containerOverrides: [
        { name: task.containerName, command: ["node", "import-sqlite/task/main.ts", prefix] },
      ],
    },
  }).catch((error: Error) => {
    if (error instanceof PersonError) throw error;
    throw new PersonError(`The import could not be started: ${error.message}. Nothing was imported.`);
  });
  say(`Started the task ${taskArn.split("/").at(-1)}; it takes about a minute until it says something.`);
  return taskArn;
}

function outcomeOf({ exitCode, neverStarted, stoppedReason, report }: Ended, interrupted: boolean): Outcome {
  if (exitCode === 0 && report && "sentence" in report)
    return {
      sentence: interrupted ? `It had ended before it was stopped: ${report.sentence}` : report.sentence,
      exitCode: 0,
    };
  if (interrupted)
    return {
      sentence:
        "The import was stopped and runs no more. Unless it was just being committed, nothing of it is in the database; the same command again finds that out.",
      exitCode: 130,
    };
  if (report && "error" in report) return { sentence: report.error, exitCode: exitCode || 1 };
  if (neverStarted)
    return {
      sentence: `The import never started: ${stoppedReason}. Nothing was imported.`,
      exitCode: 1,
    };
  return {
    sentence: `The import ended ${exitCode === undefined ? "without an exit code" : `with exit code ${exitCode}`} and without a result: ${stoppedReason}. The same command again finds out whether it was committed.`,
    exitCode: exitCode || 1,
  };
}

async function takeAway(parcel: Parcel, say: (line: string) => void): Promise<void> {
  await parcel.remove().catch((error: Error) => {
    say(
      `What was brought cannot be removed now (${error.message}); the bucket's rule does that within three days.`,
    );
  });
}

const interruptedBefore = () =>
  new PersonError("Interrupted before anything was started: nothing was imported, and nothing runs.");

function lostSight(task: ImportTaskOutput, taskArn: string, { message }: Error): string {
  return `The import goes on, and AWS cannot be asked about it from here any more (${message}); ${howToLook(task, taskArn)}, and ${howToStop(task, taskArn)}. Once it has ended, the same command again says whether it was imported. What was brought to the bucket leaves by itself within three days.`;
}

function clientsFor(region: string): RemoteClients {
  return {
    ecs: new ECSClient({ region }),
    logs: new CloudWatchLogsClient({ region }),
    s3: new S3Client({ region }),
    patience: { pollMs: 2000, logDelayMs: 60_000, silenceMs: 120_000 },
  };
}
