// Runs a command on the project's Node: run.ts COMMAND [ARGUMENTS] installs what the command needs, then runs it.
import path from "node:path";
import "./person-errors.ts";
import { requireFit } from "./doctor/require-fit.ts";
import { engineWasStarted, stopStartedEngine } from "./toolchain/parts/docker-engine.ts";
import { prepare } from "./toolchain/prepare.ts";

const [command = "", ...args] = process.argv.slice(2);
await requireFit(command, args);
const environment = await prepare(command, args).catch(async (error) => {
  // A test run leaves nothing running, also when it does not come as far as its tests.
  if (command === "test" && engineWasStarted()) await stopStartedEngine();
  throw error;
});
Object.assign(process.env, environment);
const file = path.join(import.meta.dirname, "commands", `${command}.ts`);
process.argv.splice(1, 2, file);
await import(file);
