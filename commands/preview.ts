// Shows what `up` would change: npm run preview [-- --stack NAME] [further arguments of `pulumi preview`].
import { readStackArguments } from "../setup/arguments.ts";
import { openStack } from "../setup/open-stack.ts";
import { configurationOf } from "../setup/project.ts";
import { runPulumi } from "../setup/pulumi-cli.ts";
import { requireAwsPlugin } from "../setup/target.ts";

const { stack, rest } = readStackArguments(process.argv.slice(2));
if (configurationOf(stack)["capstone:target"] === "aws") await requireAwsPlugin(stack);
await openStack(stack);
process.exitCode = await runPulumi(["preview", "--stack", stack, ...rest]);
