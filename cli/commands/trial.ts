// The first thing to run with an AWS account: previews a throw-away stack, creates it, smoke-tests it, injects its
// faults under load, and removes it again, whatever happened. It uses your own AWS
// credentials and the AWS CLI.
import { PersonError } from "../../infra/errors.ts";
import { findExperiments, runExperiment } from "../../operations/smoke/experiments.ts";
import type { Seen } from "../../operations/smoke/load.ts";
import { type SmokeOutputs, smokeTest } from "../../operations/smoke/smoke-test.ts";
import { throwAwayRegion } from "../../operations/smoke/throw-away.ts";
import { openStack } from "../../running-stack/pulumi/open-stack.ts";
import { configurationOf } from "../../running-stack/pulumi/project.ts";
import { readPulumi, runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { requireAwsPlugin } from "../toolchain/aws-plugin.ts";

const { stack, values } = readCommandLine(commands.trial, process.argv.slice(2));
const region = throwAwayRegion(stack, configurationOf(stack));
await requireAwsPlugin(stack);
await openStack(stack);

await step("preview", () => pulumi("preview"));
try {
  await step("up", () => pulumi("up", "--yes", "--skip-preview"));
  const outputs = JSON.parse(
    await readPulumi(["stack", "output", "--json", "--stack", stack]),
  ) as SmokeOutputs;
  await step("smoke test", () => smokeTest(outputs, (ok) => console.log(`ok: ${ok}`)));
  await step("a second preview changes nothing", () => pulumi("preview", "--expect-no-changes"));
  for (const experiment of await findExperiments(region, stack)) {
    await step(experiment.description, async () => {
      const result = await runExperiment(region, experiment.id, outputs.apiUrl, {
        ...(values.brief && { afterMs: 1000 }),
      });
      console.log(describe("pages", result.pages));
      console.log(describe("posts", result.posts));
      console.log(
        `of the acknowledged posts ${result.lostPosts} are lost, and ${result.doublePosts} are there twice`,
      );
      if (result.lostPosts + result.doublePosts > 0)
        throw new PersonError("Acknowledged posts were not kept once.");
      await smokeTest(outputs, () => undefined);
    });
  }
} finally {
  if (values.keep)
    console.log(`The stack ${stack} is kept; npm run pulumi -- destroy --stack ${stack} removes it.`);
  else await step("destroy", () => pulumi("destroy", "--yes", "--skip-preview"));
}

function describe(what: string, { requests, failed, longestPauseMs }: Seen): string {
  return `${what}: ${requests} requests, ${failed} failed, longest pause ${(longestPauseMs / 1000).toFixed(1)} s`;
}

async function step(name: string, work: () => Promise<void>): Promise<void> {
  const start = Date.now();
  console.log(`\n== ${name}`);
  await work();
  console.log(`== ${name}: done in ${Math.round((Date.now() - start) / 1000)} s`);
}

async function pulumi(subcommand: string, ...args: string[]): Promise<void> {
  const status = await runPulumi([subcommand, "--stack", stack, ...args]);
  if (status !== 0)
    throw new PersonError(`pulumi ${subcommand} of the stack ${stack} failed, for the reason above.`);
}
