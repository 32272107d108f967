import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { PersonError } from "../../infra/errors.ts";
import { Load, type LoadResult } from "./load.ts";

/** A fault that AWS can inject into a stack. */
export interface Experiment {
  id: string;
  description: string;
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
 * Injects one fault while clients read and write, and for a minute after.
 * @param apiUrl of the service, without a trailing slash.
 * @throws PersonError when AWS did not bring the experiment to its end: an alarm stopped it, or it failed.
 */
export async function runExperiment(
  region: string,
  id: string,
  apiUrl: string,
  { aws = awsClient(region), pollMs = 5000, afterMs = 60_000, requestEveryMs = 200 } = {},
): Promise<LoadResult> {
  const load = new Load(apiUrl, requestEveryMs);
  await load.start();
  try {
    await inject(id, aws, pollMs);
    await sleep(afterMs);
  } catch (error) {
    await load.end().catch(() => undefined);
    throw error;
  }
  return load.end();
}

/** Starts the experiment and waits for its end. */
async function inject(id: string, aws: AwsClient, pollMs: number): Promise<void> {
  const { experiment } = (await aws(["fis", "start-experiment", "--experiment-template-id", id])) as {
    experiment: { id: string };
  };
  const state = await waitForEnd(aws, experiment.id, pollMs);
  if (state.status !== "completed") {
    throw new PersonError(
      `The experiment ${experiment.id} is ${state.status}: ${state.reason ?? "no reason given"}`,
    );
  }
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
