// Prints a stack's outputs as JSON and nothing else: npm run -s outputs [-- --stack NAME] [--show-secrets].
import { PersonError } from "../../infra/errors.ts";
import { readPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { readStackArguments, refuseRest } from "../../running-stack/stack-arguments.ts";

const known = ["--show-secrets"];
const given = readStackArguments(process.argv.slice(2), known);
refuseRest(given, known);
const { stack, flags } = given;

const printed = await readPulumi(["stack", "output", "--json", "--stack", stack, ...flags]).catch((error) => {
  const reason = /no stack named/.test(error.stderr)
    ? "it was never brought up"
    : error.stderr.trim().replace(/^error: /, "");
  throw new PersonError(`The outputs of the stack ${stack} cannot be read: ${reason}.`);
});
if (printed.trim() === "{}") {
  throw new PersonError(
    `The stack ${stack} has no outputs: it is not up. Bring it up with \`npm run up -- --stack ${stack}\`.`,
  );
}
process.stdout.write(printed);
