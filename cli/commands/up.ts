// Brings a stack up, waits until it is healthy and prints its outputs. Further options are for `pulumi up`.

import { hasSample, sampleAccount } from "../../import-sqlite/sample-account.ts";
import { PersonError } from "../../infra/errors.ts";
import { saveState } from "../../operations/state-copy/save-state.ts";
import { settle } from "../../operations/status/settle.ts";
import { findPrimary } from "../../running-stack/containers.ts";
import { connectEngine } from "../../running-stack/engine.ts";
import type { PublicOutputs } from "../../running-stack/outputs.ts";
import { isMissingResources, rolledBackByItself } from "../../running-stack/pulumi/deployment.ts";
import { takenOver } from "../../running-stack/pulumi/interrupted-aws.ts";
import { openStack } from "../../running-stack/pulumi/open-stack.ts";
import { configurationOf } from "../../running-stack/pulumi/project.ts";
import { readPulumi, runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { whileNobodyElseDeploys } from "../deployment-lock.ts";
import { deployShowingProgress } from "../deployment-progress/deploy.ts";
import { nextSteps } from "../next-steps.ts";
import { publishedPorts, requirePorts } from "../ports.ts";
import { requireAwsPlugin } from "../toolchain/aws-plugin.ts";

const { stack, values, rest } = readCommandLine(commands.up, process.argv.slice(2));
const configuration = configurationOf(stack);
const onDocker = configuration["capstone:target"] === "docker";

if (!onDocker) await requireAwsPlugin(stack);
await whileNobodyElseDeploys(stack, "npm run up", async () => {
  if (onDocker) await requirePorts(stack, publishedPorts(configuration));
  await deploy();
  if (onDocker) await verify();
});
const printed = await readPulumi(["stack", "output", "--json", "--stack", stack]);
process.stdout.write(printed);
// Beside the outputs, so that whatever reads us gets these alone.
await sayNextSteps(JSON.parse(printed));

async function sayNextSteps(outputs: PublicOutputs): Promise<void> {
  // What cannot be found out now is left out: the stack is up all the same.
  const primary = onDocker ? await findPrimary(stack).catch(() => undefined) : undefined;
  const sample = onDocker && (await hasSample(outputs.apiUrl)) ? sampleAccount : undefined;
  const faultInjection = String(configuration["capstone:faultInjection"]) === "true";
  console.error(nextSteps({ stack, outputs, primary, sample, faultInjection }).join("\n"));
}

async function deploy(): Promise<void> {
  const deployed = await openStack(stack);
  await readFromAws([...new Set([...rolledBackByItself(deployed), ...takenOver(deployed)])]);
  const up = ["up", "--stack", stack, "--suppress-outputs"];
  // Changes that cost money are shown and confirmed first, when there is somebody to ask.
  if (onDocker || !process.stdin.isTTY) up.push("--yes", "--skip-preview");
  if (onDocker && (await isMissingResources(deployed))) up.push("--refresh");
  // Whoever asks Pulumi for something, or may be asked by it, sees Pulumi itself.
  const status =
    onDocker && rest.length === 0
      ? await deployShowingProgress(stack, deployed, up)
      : await runPulumi([...up, ...rest], ["inherit", 2, 2]);
  if (status !== 0) {
    throw new PersonError(
      `The stack ${stack} is not up, for the reason above. The next \`npm run up\` continues from here.`,
    );
  }
}

/** What AWS may have rolled back by itself, or made when nobody waited any more: the state holds what was asked for. */
async function readFromAws(urns: string[]): Promise<void> {
  if (urns.length === 0) return;
  const targets = urns.flatMap((urn) => ["--target", urn]);
  const refresh = ["refresh", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs", ...targets];
  if ((await runPulumi(refresh, ["inherit", 2, 2])) !== 0)
    throw new PersonError(`What runs of the stack ${stack} cannot be read, for the reason above.`);
}

/** What was deployed also has to work: Pulumi knows containers, not whether a replica follows. */
async function verify(): Promise<void> {
  const engine = await connectEngine();
  const say = (line: string) => console.error(`up: ${line}`);
  const left = values["skip-health-check"] ? [] : await settle(engine, stack, say);
  const noCopy = await saveState(engine, stack);
  if (noCopy) say(noCopy);
  if (left.length > 0) {
    throw new PersonError(
      `The stack ${stack} is deployed and not healthy: ${left.join("; ")}. \`npm run status -- --stack ${stack}\` shows more, docs/runbooks what to do.`,
    );
  }
}
