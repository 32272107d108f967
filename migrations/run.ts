import { readMigrationSettings } from "../app/settings/settings.ts";
import { migrate } from "./migrate.ts";

/**
 * The migration step of a deployment. Progress goes to standard error; the last line on standard output is
 * `{"newest":"…","applied":["…"]}`. On failure it prints one sentence, exits with 1 and leaves nothing half-done.
 */
try {
  const outcome = await migrate({
    ...readMigrationSettings(process.env),
    folder: new URL("./", import.meta.url),
    budgetMs: 120_000,
    log: (line) => console.error(line),
  });
  console.error(
    outcome.applied.length === 0 ? "The schema is up to date." : `Applied ${outcome.applied.join(", ")}.`,
  );
  console.log(JSON.stringify(outcome));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
