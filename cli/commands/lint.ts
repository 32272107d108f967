// Checks format, lint rules and types.
import { checks, runCheck } from "../checks.ts";
import { commands } from "../command-line/commands.mjs";
import { readCommandLine } from "../command-line/read.mjs";

readCommandLine(commands.lint, process.argv.slice(2));
for (const check of checks) {
  if (!(await runCheck(check))) process.exitCode = 1;
}
