// Makes a backup of the database now, copies the uploads, and the state of the stack where it is kept on this machine.
import { PersonError } from "../../infra/errors.ts";
import { makeBackup } from "../../operations/backups/make-backup.ts";
import { saveState } from "../../operations/state-copy/save-state.ts";
import { backupContainer, execute, requireDocker } from "../../running-stack/containers.ts";
import { connectEngine } from "../../running-stack/engine.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

const { stack, values } = readCommandLine(commands.backup, process.argv.slice(2));
const type = values.type ?? "incr";
if (type !== "full" && type !== "incr")
  throw new PersonError(`--type is "${type}"; allowed are full and incr.`);
requireDocker(stack);

const say = (line: string) => console.error(`backup: ${line}`);
const container = await backupContainer(stack);
console.log(await makeBackup(stack, type, say));
say("copying uploads");
console.log(await execute(container, ["backups", "uploads", "copy"]));
const noCopy = await saveState(await connectEngine(), stack);
if (noCopy) say(noCopy);
