import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { PersonError } from "../../infra/errors.ts";

/** A fault that AWS can inject into a stack. */
export interface Experiment {
  id: string;
  description: string;
}

/** What clients saw during a fault. */
export interface ExperimentResult {
  requests: number;
  failed: number;
  /** The longest time between two good answers. */
  longestPauseMs: number;
}

/** Runs the AWS CLI and parses its answer. */
export type AwsClient = (args: string[]) => Promise<unknown>;

const ended = ["completed", "stopped", "failed", "cancelled"];

export function awsClient(region: string): AwsClient {
  return async (args) => {
    const command = [...args, "--region", region, "--output", "json"];
    const { stdout } = await promisify(execFile)("aws", command).catch(
      (error: Error & { stderr?: string }) => {
        throw new PersonError(
          `aws ${args.slice(0, 2).join(" ")} failed: ${(error.stderr ?? error.message).trim()}`,
        );
      },
    );
    return JSON.parse(stdout);
  };
}

/** The stack's own experiments, by their tag. */
export async function findExperiments(
  region: string,
  stack: string,
  aws = awsClient(region),
): Promise<Experiment[]> {
  const { experimentTemplates } = (await aws(["fis", "list-experiment-templates"])) as {
    experimentTemplates: (Experiment & { tags?: Record<string, string> })[];
  };
  const own = experimentTemplates.filter((template) => template.tags?.["capstone:stack"] === stack);
  if (own.length === 0) throw new PersonError(`The stack ${stack} has no fault-injection experiments.`);
  return own.map(({ id, description }) => ({ id, description }));
}

/**
 * Injects one fault and sends requests during it and for a minute after.
 * @throws PersonError when the experiment did not complete: an alarm stopped it, or it failed.
 */
export async function runExperiment(
  region: string,
  id: string,
  url: string,
  { aws = awsClient(region), pollMs = 5000, afterMs = 60_000, requestEveryMs = 200 } = {},
): Promise<ExperimentResult> {
  const { experiment } = (await aws(["fis", "start-experiment", "--experiment-template-id", id])) as {
    experiment: { id: string };
  };
  const stop = new AbortController();
  const load = requestSteadily(url, requestEveryMs, stop.signal);
  try {
    const state = await waitForEnd(aws, experiment.id, pollMs);
    await sleep(afterMs);
    if (state.status !== "completed") {
      throw new PersonError(
        `The experiment ${experiment.id} is ${state.status}: ${state.reason ?? "no reason given"}`,
      );
    }
  } finally {
    stop.abort();
  }
  return load;
}

async function waitForEnd(
  aws: AwsClient,
  id: string,
  pollMs: number,
): Promise<{ status: string; reason?: string }> {
  for (;;) {
    const { experiment } = (await aws(["fis", "get-experiment", "--id", id])) as {
      experiment: { state: { status: string; reason?: string } };
    };
    if (ended.includes(experiment.state.status)) return experiment.state;
    await sleep(pollMs);
  }
}

async function requestSteadily(url: string, everyMs: number, stop: AbortSignal): Promise<ExperimentResult> {
  const result: ExperimentResult = { requests: 0, failed: 0, longestPauseMs: 0 };
  let lastGood = Date.now();
  while (!stop.aborted) {
    result.requests += 1;
    const good = await fetch(url, { signal: AbortSignal.timeout(5000) }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (good) {
      result.longestPauseMs = Math.max(result.longestPauseMs, Date.now() - lastGood);
      lastGood = Date.now();
    } else result.failed += 1;
    await sleep(everyMs);
  }
  return result;
}
