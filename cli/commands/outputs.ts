// Prints a stack's outputs as JSON and nothing else.
import { PersonError } from "../../infra/errors.ts";
import { readPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values } = readCommandLine(commands.outputs, process.argv.slice(2));

const secrets = values["show-secrets"] ? ["--show-secrets"] : [];
const printed = await readPulumi(["stack", "output", "--json", "--stack", stack, ...secrets]).catch(
  (error) => {
    const reason = /no stack named/.test(error.stderr)
      ? "it was never brought up"
      : error.stderr.trim().replace(/^error: /, "");
    throw new PersonError(`The outputs of the stack ${stack} cannot be read: ${reason}.`);
  },
);
if (printed.trim() === "{}") {
  throw new PersonError(
    `The stack ${stack} has no outputs: it is not up. Bring it up with \`npm run up -- --stack ${stack}\`.`,
  );
}
process.stdout.write(printed);
