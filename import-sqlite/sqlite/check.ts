import { PersonError } from "../../infra/errors.ts";
import type { SqliteFile } from "./database.ts";

/** What `quick_check` reports about rows that violate the schema: the plan deals with those. */
const rulesBroken =
  /^(NULL value in|CHECK constraint failed in|non-\w+ value in|TEXT value in|NUMERIC value in)/;

/** Walks every page. @throws PersonError when the file is damaged. */
export function requireSound(file: SqliteFile): void {
  const said = file
    .describe<{ quick_check: string }>("pragma quick_check(100)")
    .map(({ quick_check }) => quick_check)
    .filter((sentence) => sentence !== "ok" && !rulesBroken.test(sentence));
  const [first] = said;
  if (first === undefined) return;
  throw new PersonError(
    `${file.path} is damaged (${first.replace(/\s+/g, " ")}); nothing was imported. \`sqlite3 FILE .recover\` saves what can be read into a new file.`,
  );
}
