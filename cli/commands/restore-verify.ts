// Verifies that the newest backup restores, beside the running stack.
import { PersonError } from "../../infra/errors.ts";
import { backupContainer, execute, findPrimary, requireDocker } from "../../running-stack/containers.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values } = readCommandLine(commands["restore:verify"], process.argv.slice(2));
const hours = values["max-age-hours"];
if (hours !== undefined && !/^\d+(\.\d+)?$/.test(hours)) {
  throw new PersonError(`--max-age-hours is "${hours}"; allowed is a number from 0.`);
}
requireDocker(stack);

const container = await backupContainer(stack);
const primary = await findPrimary(stack);
if (primary) {
  console.error(`restore:verify: ${primary} records what it has now`);
  // If this fails, the check itself finds out why.
  await execute(primary, ["backups", "mark"]).catch((error: Error) =>
    console.error(`restore:verify: comparing with the previous record: ${error.message}`),
  );
}
console.error("restore:verify: restoring and checking");
const limit = hours === undefined ? [] : ["--max-age-hours", hours];
console.log(await execute(container, ["nice", "-n", "10", "backups", "verify", ...limit]));
