// Pulumi's CLI with the project's environment: npm run pulumi -- ARGUMENTS, or npx pulumi ARGUMENTS.
import { runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";

process.exitCode = await runPulumi(process.argv.slice(2));
