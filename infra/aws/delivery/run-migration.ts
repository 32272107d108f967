import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient, StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import { PersonError } from "../../errors.ts";
import {
  describeTask,
  exitCodeOf,
  logStreamOf,
  type OneOffTask,
  startTask,
  type TaskClients,
} from "./one-off-task.ts";

/** One run of the migration as a task of its own. */
export interface MigrationRun extends OneOffTask {
  /** The task is stopped, and has failed, after this long. */
  timeoutSeconds: number;
  /** Its result is the last line that it prints, and not JSON with `newest`. */
  lastLine?: boolean;
}

/** How AWS is reached, and how patiently; tests use a cloud of their own. */
export interface MigrationClients extends TaskClients {
  pollMs: number;
  /** How long after its task a log can arrive. */
  logDelayMs: number;
  /** For how long a task that never got to run is started anew: IAM may not know a new role yet, a zone may be full. */
  startPatienceMs: number;
  /** Between two such starts. */
  startAgainAfterMs: number;
}

/**
 * Starts the task, waits for its end and reads what it said.
 * @returns The newest migration that is applied.
 * @throws PersonError with exit code, stop reason and the last log lines when it cannot start, fails or takes too long.
 */
export async function runMigration(run: MigrationRun, clients = clientsFor(run.region)): Promise<string> {
  const { taskArn, task } = await runOnce(run, clients);
  const lines = await readLog(taskArn, run, clients, task);
  const exitCode = exitCodeOf(task, run);
  if (exitCode !== 0) {
    const code = exitCode === undefined ? "without an exit code" : `with exit code ${exitCode}`;
    throw new PersonError(
      `The migration failed ${code}: ${task.stoppedReason ?? "no reason given"}. It said last: ${said(lines)}`,
    );
  }
  return run.lastLine ? lastOf(lines) : newestOf(lines);
}

/** Runs the task until its container has started once. What has started is never run again here. */
async function runOnce(
  run: MigrationRun,
  clients: MigrationClients,
): Promise<{ taskArn: string; task: Task }> {
  const endMs = Date.now() + clients.startPatienceMs;
  for (;;) {
    const last = Date.now() >= endMs;
    try {
      const taskArn = await startTask(clients, run, "The migration", { startedBy: "capstone-deployment" });
      const task = await waitForEnd(taskArn, run, clients);
      if (last || exitCodeOf(task, run) !== undefined || task.stopCode !== "TaskFailedToStart") {
        return { taskArn, task };
      }
    } catch (error) {
      if (last || !mayPass(error)) throw error;
    }
    await sleep(clients.startAgainAfterMs);
  }
}

/** Whether a refusal to start may be over in a minute: no capacity, or a role that is too new. */
function mayPass(error: unknown): boolean {
  return (
    error instanceof Error && /capacity|RESOURCE:|unable to assume the role|throttl/i.test(error.message)
  );
}

function clientsFor(region: string): MigrationClients {
  return {
    ecs: new ECSClient({ region }),
    logs: new CloudWatchLogsClient({ region }),
    pollMs: 3000,
    logDelayMs: 60_000,
    startPatienceMs: 300_000,
    startAgainAfterMs: 15_000,
  };
}

async function waitForEnd(taskArn: string, run: MigrationRun, clients: MigrationClients): Promise<Task> {
  const deadline = Date.now() + run.timeoutSeconds * 1000;
  for (;;) {
    const task = await describeTask(clients, run, taskArn);
    if (task?.lastStatus === "STOPPED") return task;
    if (Date.now() > deadline) return stopLate(taskArn, task, run, clients);
    await sleep(clients.pollMs);
  }
}

async function stopLate(
  taskArn: string,
  task: Task | undefined,
  run: MigrationRun,
  clients: MigrationClients,
): Promise<never> {
  const reason = `not ended within ${run.timeoutSeconds} s`;
  await clients.ecs.send(new StopTaskCommand({ cluster: run.clusterArn, task: taskArn, reason }));
  const lines = await readLog(taskArn, run, { ...clients, logDelayMs: 0 }, task);
  throw new PersonError(
    `The migration did not end within ${run.timeoutSeconds} s and was stopped; it was ${task?.lastStatus ?? "unknown"}. It said last: ${said(lines)}`,
  );
}

/** What the task printed, oldest first; waits while the result of a task that did well has not arrived. */
async function readLog(
  taskArn: string,
  run: MigrationRun,
  { logs, pollMs, logDelayMs }: MigrationClients,
  task: Task | undefined,
): Promise<string[]> {
  const logStreamName = logStreamOf(run, taskArn);
  const deadline = Date.now() + logDelayMs;
  const neverRan = task !== undefined && exitCodeOf(task, run) === undefined;
  let before = 0;
  for (;;) {
    const lines = await readStream(logs, run.logGroupName, logStreamName);
    // A line that is not marked is the last one when no other came meanwhile.
    const settled = run.lastLine && lines.length > 0 && lines.length === before;
    before = lines.length;
    const complete =
      settled || lines.some(isResult) || (lines.length > 0 && task && exitCodeOf(task, run) !== 0);
    if (complete || neverRan || Date.now() >= deadline) return lines;
    await sleep(pollMs);
  }
}

async function readStream(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  logStreamName: string,
): Promise<string[]> {
  try {
    const read = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, limit: 100, startFromHead: false }),
    );
    return (read.events ?? []).map((event) => event.message ?? "");
  } catch (error) {
    // A task that never started its container has no stream.
    if (error instanceof Error && error.name === "ResourceNotFoundException") return [];
    throw error;
  }
}

function isResult(line: string): boolean {
  return parseNewest(line) !== undefined;
}

function parseNewest(line: string): string | undefined {
  try {
    const { newest } = JSON.parse(line) as { newest?: unknown };
    return typeof newest === "string" ? newest : undefined;
  } catch {
    return undefined;
  }
}

function lastOf(lines: string[]): string {
  const last = lines.map((line) => line.trim()).findLast((line) => line !== "");
  if (last) return parseNewest(last) ?? last;
  throw new PersonError(
    "The migration ended well and printed nothing; its last line is the newest migration's name.",
  );
}

function newestOf(lines: string[]): string {
  const newest = lines.map(parseNewest).findLast((name) => name !== undefined);
  if (newest) return newest;
  throw new PersonError(
    `The migration ended well and its result did not reach its log; the next deployment asks again. It said last: ${said(lines)}`,
  );
}

function said(lines: string[]): string {
  return lines.slice(-5).join("\n") || "nothing";
}
