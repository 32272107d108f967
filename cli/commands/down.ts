// Takes a stack down: npm run down [-- --stack NAME] [--data] [--engine].
// --data also deletes its data and passwords; --engine also stops the Docker engine that set-up started.

import { leaveAtOnce } from "../../infra/docker/steps/leave-at-once.ts";
import { PersonError } from "../../infra/errors.ts";
import { containersOf } from "../../running-stack/containers.ts";
import { removeLeftovers, removeUnknownContainers } from "../../running-stack/leftovers.ts";
import { findStack, openStack } from "../../running-stack/pulumi/open-stack.ts";
import { configurationOf } from "../../running-stack/pulumi/project.ts";
import { readPulumi, runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { readStackArguments, refuseRest } from "../../running-stack/stack-arguments.ts";
import { stopStartedEngine } from "../toolchain/parts/docker-engine.ts";

const known = ["--data", "--engine"];
const given = readStackArguments(process.argv.slice(2), known);
refuseRest(given, known);
const { stack } = given;
const withData = given.flags.has("--data");
const onDocker = configurationOf(stack)["capstone:target"] === "docker";

if (await findStack(stack)) {
  const deployed = await openStack(stack);
  if (onDocker) {
    await removeUnknownContainers(stack, deployed);
    for (const { name } of await containersOf(stack, "database")) await leaveAtOnce(name);
  }
  if (withData) await readPulumi(["state", "unprotect", "--all", "--yes", "--stack", stack]);
  const destroy = ["destroy", "--stack", stack];
  if (onDocker || !process.stdin.isTTY) destroy.push("--yes", "--skip-preview");
  // Data and its passwords are protected: without --data they stay, and the next `up` finds them.
  if (!withData) destroy.push("--exclude-protected");
  if ((await runPulumi(destroy)) !== 0) {
    throw new PersonError(
      `The stack ${stack} is not down, for the reason above. Run this again to continue from here.`,
    );
  }
  if (withData) await readPulumi(["stack", "rm", "--yes", "--preserve-config", "--stack", stack]);
} else {
  console.error(`There is no stack ${stack}.`);
}
if (onDocker) await removeLeftovers(stack, withData);
if (given.flags.has("--engine") && (await stopStartedEngine()))
  console.error("The Docker engine is stopped.");
