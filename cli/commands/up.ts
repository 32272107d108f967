// Brings a stack up and prints its outputs: npm run up [-- --stack NAME] [further arguments of `pulumi up`].
import { PersonError } from "../../infra/errors.ts";
import { lacksSomething, rolledBackByItself } from "../../running-stack/pulumi/deployment.ts";
import { openStack } from "../../running-stack/pulumi/open-stack.ts";
import { configurationOf, publishedPorts } from "../../running-stack/pulumi/project.ts";
import { readPulumi, runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { readStackArguments } from "../../running-stack/stack-arguments.ts";
import { requirePorts } from "../ports.ts";
import { requireAwsPlugin } from "../toolchain/aws-plugin.ts";

const { stack, rest } = readStackArguments(process.argv.slice(2));
const configuration = configurationOf(stack);
const onDocker = configuration["capstone:target"] === "docker";

if (onDocker) await requirePorts(stack, publishedPorts(configuration));
else await requireAwsPlugin(stack);

const deployed = await openStack(stack);
const targets = rolledBackByItself(deployed).flatMap((urn) => ["--target", urn]);
if (targets.length > 0) {
  const refresh = ["refresh", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs", ...targets];
  if ((await runPulumi(refresh, ["inherit", 2, 2])) !== 0)
    throw new PersonError(`What runs of the stack ${stack} cannot be read, for the reason above.`);
}
const up = ["up", "--stack", stack, "--suppress-outputs"];
// What costs money is shown and asked for first, when there is somebody to ask.
if (onDocker || !process.stdin.isTTY) up.push("--yes", "--skip-preview");
if (onDocker && (await lacksSomething(deployed))) up.push("--refresh");

const status = await runPulumi([...up, ...rest], ["inherit", 2, 2]);
if (status !== 0) {
  throw new PersonError(
    `The stack ${stack} is not up, for the reason above. The next \`npm run up\` goes on from here.`,
  );
}
process.stdout.write(await readPulumi(["stack", "output", "--json", "--stack", stack]));
