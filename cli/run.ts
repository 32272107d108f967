// Runs a command on the project's Node: run.ts COMMAND [ARGUMENTS] installs what the command needs, then runs it.
import path from "node:path";
import "./person-errors.ts";
import { prepare } from "./toolchain/prepare.ts";

const [command = "", ...args] = process.argv.slice(2);
Object.assign(process.env, await prepare(command, args));
const file = path.join(import.meta.dirname, "commands", `${command}.ts`);
process.argv.splice(1, 2, file);
await import(file);
