// Shows what `up` would change. With --summary it also writes a summary for a pull request, and fails where data would
// be lost. Further arguments are for `pulumi preview`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PersonError } from "../../infra/errors.ts";
import { findOrCreateStack } from "../../running-stack/pulumi/open-stack.ts";
import { configurationOf } from "../../running-stack/pulumi/project.ts";
import { runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { gatherFacts } from "../preview-summary/gather.ts";
import { renderSummary } from "../preview-summary/render.ts";
import { summarize } from "../preview-summary/summary.ts";
import { requireAwsPlugin } from "../toolchain/aws-plugin.ts";

const { stack, values, rest } = readCommandLine(commands.preview, process.argv.slice(2));
const onAws = configurationOf(stack)["capstone:target"] === "aws";
if (values.summary === undefined) process.exitCode = await preview();
else await previewWithSummary(values.summary);

/** @returns Pulumi's exit status. */
async function preview(...more: string[]): Promise<number> {
  if (onAws) await requireAwsPlugin(stack);
  await findOrCreateStack(stack);
  return runPulumi(["preview", "--stack", stack, ...more, ...rest]);
}

/** The summary is written whatever happens: a preview that fails says there why. */
async function previewWithSummary(file: string): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), "capstone-preview-"));
  const eventLog = path.join(directory, "events.jsonl");
  writeFileSync(eventLog, "");
  // Pulumi's automation API asks for its events in the same way.
  process.env.PULUMI_DEBUG_COMMANDS = "true";
  try {
    const ended = await preview("--event-log", eventLog).then(
      (status) => ({ status }),
      (error: Error) => ({ status: 1, failure: error.message }),
    );
    const target = onAws ? "aws" : "docker";
    const allowed = values["allow-data-loss"];
    const summary = summarize(await gatherFacts(eventLog, { stack, target, allowed, ...ended }));
    writeFileSync(file, renderSummary(summary));
    if (summary.reasons.length > 0)
      throw new PersonError(
        `The preview of ${stack} is refused: ${summary.reasons.join("; ")}. See ${file}.`,
      );
  } finally {
    rmSync(directory, { recursive: true });
  }
}
