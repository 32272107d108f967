// Restores a running stack's database to a point in time, or from its archive when both nodes are lost; or
// objects that are missing from the bucket.
import { createInterface } from "node:readline/promises";
import { PersonError } from "../../infra/errors.ts";
import { duration } from "../../operations/backups/describe.ts";
import { readTarget, readTimeline } from "../../operations/backups/options.ts";
import { planRestore, restore } from "../../operations/backups/restore.ts";
import { backupContainer, execute, requireDocker } from "../../running-stack/containers.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values } = readCommandLine(commands.restore, process.argv.slice(2));
requireDocker(stack);

if (values.uploads && values.to === undefined) {
  console.log(await execute(await backupContainer(stack), ["backups", "uploads", "restore"]));
} else {
  const options = { stack, to: readTarget(values.to), timeline: readTimeline(values.timeline) };
  const plan = await planRestore(options);
  if (!values.yes) await confirm(options.to, plan.backup);
  console.log(await restore(options, plan, (line) => console.error(`restore: ${line}`)));
}

async function confirm(to: string, backup: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new PersonError("A restore undoes everything written since; confirm with --yes.");
  }
  const since =
    to === "latest"
      ? "whatever is not in the archive"
      : `everything written in the ${duration(Date.now() - Date.parse(to))} since ${to}`;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `The stack ${stack} will have no database for a while, and lose ${since} (from backup ${backup}).\nType the stack's name to continue: `,
  );
  terminal.close();
  if (answer.trim() !== stack) throw new PersonError("Nothing was changed.");
}
