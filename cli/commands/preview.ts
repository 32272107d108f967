// Shows what `up` would change: npm run preview [-- --stack NAME] [further arguments of `pulumi preview`].

import { findOrCreateStack } from "../../running-stack/pulumi/open-stack.ts";
import { configurationOf } from "../../running-stack/pulumi/project.ts";
import { runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { readStackArguments } from "../../running-stack/stack-arguments.ts";
import { requireAwsPlugin } from "../toolchain/aws-plugin.ts";

const { stack, rest } = readStackArguments(process.argv.slice(2));
if (configurationOf(stack)["capstone:target"] === "aws") await requireAwsPlugin(stack);
await findOrCreateStack(stack);
process.exitCode = await runPulumi(["preview", "--stack", stack, ...rest]);
