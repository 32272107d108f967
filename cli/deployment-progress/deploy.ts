import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Deployment } from "../../running-stack/pulumi/deployment.ts";
import { runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { deployMinutes } from "../doctor/durations.ts";
import { messagesOf } from "../preview-summary/events.ts";
import { expectedResources } from "./expected.ts";
import { followEvents } from "./follow-events.ts";
import { DeploymentProgress } from "./progress.ts";
import { PlainReport, type Report } from "./report.ts";

/**
 * Runs `pulumi up` and shows on standard error how far it is. What Pulumi itself prints is shown when it fails.
 * @returns Pulumi's exit status.
 */
export async function deployShowingProgress(
  stack: string,
  deployed: Deployment,
  args: string[],
): Promise<number> {
  const directory = mkdtempSync(path.join(tmpdir(), "capstone-up-"));
  const [eventLog, printed] = ["events.jsonl", "printed"].map((name) => path.join(directory, name));
  try {
    return await deployInto(eventLog as string, printed as string, stack, deployed, args);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function deployInto(
  eventLog: string,
  printed: string,
  stack: string,
  deployed: Deployment,
  args: string[],
): Promise<number> {
  const isNew = (deployed.deployment.resources ?? []).length === 0;
  // A program that fails here says why when Pulumi runs it.
  const expected = await expectedResources(stack, deployed).catch(() => new Map<string, number>());
  const progress = new DeploymentProgress(expected, Date.now());
  const report = await reportOf(progress, isNew ? deployMinutes * 60 : undefined);
  closeSync(openSync(eventLog, "w"));
  const output = openSync(printed, "w");
  // Pulumi's automation API asks for its events in the same way.
  process.env.PULUMI_DEBUG_COMMANDS = "true";
  const ended = runPulumi([...args, "--event-log", eventLog], ["inherit", output, output]);
  const take = (event: EngineEvent) => {
    const part = progress.take(event, Date.now());
    if (part) report.moved(part);
    for (const warning of messagesOf([event], "warning")) report.say(warning);
  };
  // What is shown may fail; the deployment goes on, and is waited for.
  await followEvents(eventLog, ended, take).catch((error: Error) =>
    report.say(`No more is shown of the progress: ${error.message}`),
  );
  const status = await ended;
  closeSync(output);
  await report.end(status);
  if (status !== 0) process.stderr.write(readFileSync(printed));
  return status;
}

/** On a terminal that has a width it is drawn, by a library that is loaded only there. */
async function reportOf(progress: DeploymentProgress, expectedSeconds: number | undefined): Promise<Report> {
  if (!process.stderr.isTTY || !process.stdout.isTTY || !(process.stderr.columns > 0)) {
    return new PlainReport(progress, expectedSeconds, (line) => console.error(`deploying: ${line}`));
  }
  const { TerminalReport } = await import("./terminal-report.ts");
  return new TerminalReport(progress, expectedSeconds);
}
