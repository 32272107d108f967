// Checks format, lint rules and types: npm run lint.
import { checks, runCheck } from "../checks.ts";

for (const check of checks) {
  if (!(await runCheck(check))) process.exitCode = 1;
}
