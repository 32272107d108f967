import { setTimeout as sleep } from "node:timers/promises";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import {
  describeTask,
  exitCodeOf,
  logStreamOf,
  type TaskClients,
} from "../../infra/aws/delivery/one-off-task.ts";
import type { ImportTaskOutput } from "../../infra/contract.ts";
import type { ImportReport } from "../task/job.ts";
import { howToStop } from "./hints.ts";

/** How patiently a task is looked at, in milliseconds. */
export interface Patience {
  pollMs: number;
  /** How long after its task a log can arrive. */
  logDelayMs: number;
  /** How long nothing may be heard of AWS. */
  silenceMs: number;
}

/** How a task ended. */
export interface Ended {
  /** Undefined where ECS has none, as of a container that never started. */
  exitCode: number | undefined;
  /** Its container never started. */
  neverStarted: boolean;
  stoppedReason: string;
  /** What it said last; undefined where it did not come so far. */
  report: ImportReport | undefined;
}

/** The task goes on, and nothing of it can be seen from here. */
export class OutOfSight extends Error {}

export interface Watching {
  clients: TaskClients;
  task: ImportTaskOutput;
  taskArn: string;
  patience: Patience;
  /** When it is aborted, the task is stopped, and its end waited for. */
  signal: AbortSignal;
  say: (lines: string) => void;
}

/**
 * Passes on what a task says until it has ended.
 * @throws OutOfSight when AWS cannot be asked for longer than patience has it.
 */
export async function watch(watching: Watching): Promise<Ended> {
  const { clients, task, taskArn, patience, signal, say } = watching;
  const log = new TaskLog(watching);
  let heardAt = Date.now();
  let stopping = false;
  let status: string | undefined;
  const interrupted = () =>
    say(
      `Interrupted: the import's task still runs and is being stopped; ${howToStop(task, taskArn)} as well.`,
    );
  if (signal.aborted) interrupted();
  else signal.addEventListener("abort", interrupted, { once: true });
  for (;;) {
    try {
      if (signal.aborted && !stopping) {
        const stop = { cluster: task.clusterArn, task: taskArn, reason: "interrupted" };
        await clients.ecs.send(new StopTaskCommand(stop));
        stopping = true;
      }
      const found = await describeTask(clients, task, taskArn);
      await log.readOn();
      heardAt = Date.now();
      if (found?.lastStatus === "STOPPED") return await endOf(found, watching, log);
      if (found?.lastStatus && found.lastStatus !== status) {
        status = found.lastStatus;
        say(`The task is ${status.toLowerCase()}.`);
      }
    } catch (error) {
      if (Date.now() - heardAt > patience.silenceMs) throw new OutOfSight((error as Error).message);
    }
    // An interruption is acted on at once.
    await sleep(patience.pollMs, undefined, signal.aborted ? {} : { signal }).catch(() => {});
  }
}

/** Its log may still be on its way. */
async function endOf(stopped: Task, { task, patience }: Watching, log: TaskLog): Promise<Ended> {
  const exitCode = exitCodeOf(stopped, task);
  const deadline = Date.now() + patience.logDelayMs;
  while (stopped.stopCode !== "TaskFailedToStart" && !log.report && Date.now() < deadline) {
    await sleep(patience.pollMs);
    await log.readOn();
  }
  return {
    exitCode,
    neverStarted: stopped.stopCode === "TaskFailedToStart",
    stoppedReason: stopped.stoppedReason ?? "no reason given",
    report: log.report,
  };
}

/** The log of one task, read on from where it was left. */
class TaskLog {
  /** Once it is there. */
  report: ImportReport | undefined;
  private nextToken: string | undefined;
  private readonly watching: Watching;

  constructor(watching: Watching) {
    this.watching = watching;
  }

  async readOn(): Promise<void> {
    const { clients, task, taskArn, say } = this.watching;
    for (;;) {
      const read = await clients.logs
        .send(
          new GetLogEventsCommand({
            logGroupName: task.logGroupName,
            logStreamName: logStreamOf(task, taskArn),
            startFromHead: true,
            nextToken: this.nextToken,
          }),
        )
        .catch((error: Error) => {
          // Until the container says something, it has no stream.
          if (error.name === "ResourceNotFoundException") return undefined;
          throw error;
        });
      for (const { message = "" } of read?.events ?? []) {
        const report = reportOf(message);
        if (report) this.report = report;
        else say(message);
      }
      // At the end of what is there, the token stays the same.
      if (!read || read.nextForwardToken === this.nextToken) return;
      this.nextToken = read.nextForwardToken;
    }
  }
}

function reportOf(line: string): ImportReport | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const { sentence, error } = JSON.parse(line) as Record<string, unknown>;
    if (typeof sentence === "string") return { sentence };
    return typeof error === "string" ? { error } : undefined;
  } catch {
    return undefined;
  }
}
