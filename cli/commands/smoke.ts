// Uses a running stack once as a person would, knowing only its outputs.
import { PersonError } from "../../infra/errors.ts";
import { type SmokeOutputs, smokeTest } from "../../operations/smoke/smoke-test.ts";
import { requireOwnService } from "../../running-stack/outputs.ts";
import { readPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack } = readCommandLine(commands.smoke, process.argv.slice(2));
const outputs = JSON.parse(
  await readPulumi(["stack", "output", "--json", "--stack", stack]),
) as Partial<SmokeOutputs>;
const { apiUrl, healthUrl, assetsUrl, release } = outputs;
if (!apiUrl || !healthUrl || !assetsUrl || !release) {
  throw new PersonError(`The stack ${stack} has no outputs: it is not up.`);
}
requireOwnService(stack, outputs);
await smokeTest({ apiUrl, healthUrl, assetsUrl, release }, (step) => console.log(`ok: ${step}`));
console.log(`The stack ${stack} serves ${release.image}, of commit ${release.commit}.`);
