// Takes a stack down, and with --data its data and passwords too.
import { leaveAtOnce } from "../../infra/docker/steps/leave-at-once.ts";
import { PersonError } from "../../infra/errors.ts";
import { containersOf } from "../../running-stack/containers.ts";
import { removeLeftovers, removeUnknownContainers } from "../../running-stack/leftovers.ts";
import { findStack, openStack } from "../../running-stack/pulumi/open-stack.ts";
import { configurationOf } from "../../running-stack/pulumi/project.ts";
import { readPulumi, runPulumi } from "../../running-stack/pulumi/pulumi-cli.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";
import { whileNobodyElseDeploys } from "../deployment-lock.ts";
import { stopStartedEngine } from "../toolchain/parts/docker-engine.ts";

const { stack, values } = readCommandLine(commands.down, process.argv.slice(2));
const everySecret = "urn:pulumi:*::*::**random:index/randomPassword:RandomPassword::*";
const withData = values.data ?? false;
const onDocker = configurationOf(stack)["capstone:target"] === "docker";

await whileNobodyElseDeploys(stack, "npm run down", takeDown);
if (values.engine && (await stopStartedEngine())) console.error("The Docker engine is stopped.");

async function takeDown(): Promise<void> {
  const found = await findStack(stack);
  if (found?.deployment.resources?.length) {
    const deployed = await openStack(stack);
    if (onDocker) {
      await removeUnknownContainers(stack, deployed);
      for (const { name } of await containersOf(stack, "database")) await leaveAtOnce(name);
    }
    if (withData) await readPulumi(["state", "unprotect", "--all", "--yes", "--stack", stack]);
    const destroy = ["destroy", "--stack", stack];
    if (onDocker || !process.stdin.isTTY) destroy.push("--yes", "--skip-preview");
    // Data and its passwords are protected: without --data they stay, and the next `up` finds them.
    // So do all other secrets: sessions stay valid, since their signing keys do.
    if (!withData) destroy.push("--exclude-protected", "--exclude", everySecret);
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
}
