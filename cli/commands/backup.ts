// Makes a backup of the database now, copies the uploads, and the state of the stack where it is kept on this machine:
// npm run backup [-- --stack NAME] [--type full|incr].

import { PersonError } from "../../infra/errors.ts";
import { makeBackup } from "../../operations/backups/make-backup.ts";
import { readOptions } from "../../operations/backups/options.ts";
import { saveState } from "../../operations/state-copy/save-state.ts";
import { backupContainer, execute, requireDocker } from "../../running-stack/containers.ts";
import { connectEngine } from "../../running-stack/engine.ts";

const { stack, values } = readOptions(process.argv.slice(2), { type: { type: "string" } });
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
