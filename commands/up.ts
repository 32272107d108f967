// Brings a stack up and prints its outputs: npm run up [-- --stack NAME] [further arguments of `pulumi up`].
import { PersonError } from "../infra/errors.ts";
import { readStackArguments } from "../setup/arguments.ts";
import { lacksSomething } from "../setup/deployment.ts";
import { openStack } from "../setup/open-stack.ts";
import { requirePorts } from "../setup/ports.ts";
import { configurationOf, publishedPorts } from "../setup/project.ts";
import { readPulumi, runPulumi } from "../setup/pulumi-cli.ts";
import { requireAwsPlugin } from "../setup/target.ts";

const { stack, rest } = readStackArguments(process.argv.slice(2));
const configuration = configurationOf(stack);
const onDocker = configuration["capstone:target"] === "docker";

if (onDocker) await requirePorts(stack, publishedPorts(configuration));
else await requireAwsPlugin(stack);

const deployed = await openStack(stack);
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
