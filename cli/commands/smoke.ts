// Uses a running stack once as a person would, knowing only its outputs: npm run smoke [-- --stack NAME]
import { PersonError } from "../../infra/errors.ts";
import { type SmokeOutputs, smokeTest } from "../../operations/smoke/smoke-test.ts";
import { readPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { readStackArguments, refuseRest } from "../../running-stack/stack-arguments.ts";

const given = readStackArguments(process.argv.slice(2));
refuseRest(given, []);
const outputs = JSON.parse(
  await readPulumi(["stack", "output", "--json", "--stack", given.stack]),
) as Partial<SmokeOutputs>;
const { apiUrl, healthUrl, assetsUrl, release } = outputs;
if (!apiUrl || !healthUrl || !assetsUrl || !release) {
  throw new PersonError(`The stack ${given.stack} has no outputs: it is not up.`);
}
await smokeTest({ apiUrl, healthUrl, assetsUrl, release }, (step) => console.log(`ok: ${step}`));
console.log(`The stack ${given.stack} serves ${release.image}, of commit ${release.commit}.`);
