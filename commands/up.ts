// Brings a stack up and prints its outputs: npm run up -- [--stack NAME] [further arguments of `pulumi up`].
import { PersonError } from "../infra/errors.ts";
import { readPulumi, runPulumi, stackOf } from "../setup/pulumi-cli.ts";

const args = process.argv.slice(2);
const stack = stackOf(args);
const toStandardError = ["inherit", 2, 2] as const;

await readPulumi(["stack", "select", "--create", "--stack", stack, "--non-interactive"]);
const up = ["up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs", ...args];
const status = await runPulumi(up, [...toStandardError]);
if (status !== 0)
  throw new PersonError(
    `The stack ${stack} is not up: what is above says why. The next \`npm run up\` goes on from here.`,
  );
console.log(await readPulumi(["stack", "output", "--json", "--stack", stack]));
