// Preloaded before a command: a PersonError is shown as its sentence, without a stack trace.
import { PersonError } from "../infra/errors.ts";

process.on("uncaughtException", (error) => {
  console.error(error instanceof PersonError ? error.message : error);
  process.exit(1);
});
