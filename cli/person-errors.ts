// Imported before a command: what it throws for the person at the keyboard is shown as the sentence it is.
import { PersonError } from "../infra/errors.ts";

process.on("uncaughtException", (error) => {
  console.error(error instanceof PersonError ? error.message : error);
  process.exit(1);
});
