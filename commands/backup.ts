// Makes a backup of the database now and copies the uploads: npm run backup [-- --stack NAME] [--type full|incr].
import { readOptions } from "../backups/options.ts";
import { backupContainer, execute, requireDocker, requirePrimary } from "../backups/stack-containers.ts";
import { PersonError } from "../infra/errors.ts";

const { stack, values } = readOptions(process.argv.slice(2), { type: { type: "string" } });
const type = values.type ?? "incr";
if (type !== "full" && type !== "incr")
  throw new PersonError(`--type is "${type}"; allowed are full and incr.`);
requireDocker(stack);

const primary = await requirePrimary(stack);
const container = await backupContainer(stack);
console.error(`backup: ${primary} makes it`);
console.log(await execute(primary, ["nice", "-n", "10", "backups", "make", "--type", type]));
console.error("backup: copying uploads");
console.log(await execute(container, ["backups", "uploads", "copy"]));
