import { PersonError } from "../../infra/errors.ts";
import type { Say } from "../plan/remarks.ts";
import type { SqliteFile } from "./database.ts";
import { quoted, type SqliteSchema } from "./schema.ts";

/** What `quick_check` reports about rows that violate the schema: the plan deals with those. */
const rulesBroken =
  /^(NULL value in|CHECK constraint failed in|non-\w+ value in|TEXT value in|NUMERIC value in)/;
/** Only the index is: what it indexes is in another table, or is read without it. */
const ofFullText = /^malformed inverted index for FTS/;
/** What SQLite here is missing of the program that wrote the file. */
export const missingExtension =
  /no such (collation sequence|module|function|tokenizer)|unknown function|unknown tokenizer|no query solution/;

/** Walks every page. @throws PersonError when the file is damaged. */
export function requireSound(file: SqliteFile, { tables }: SqliteSchema, say: Say): void {
  const said = new Set(sentencesOf(file, tables, say));
  for (const sentence of said) {
    if (ofFullText.test(sentence))
      say(
        sentence.split(" ").at(-1) ?? "",
        "note",
        "is a full-text index that does not fit its table any more",
      );
    else if (sentence !== "ok" && !rulesBroken.test(sentence)) throw damaged(file, sentence);
  }
}

function sentencesOf(file: SqliteFile, tables: SqliteSchema["tables"], say: Say): string[] {
  try {
    return quickCheck(file, "100");
  } catch (error) {
    if (!missingExtension.test((error as Error).message)) throw error;
  }
  // One by one, without those that cannot be checked here.
  return tables.flatMap(({ name }) => {
    try {
      return quickCheck(file, quoted(name));
    } catch (error) {
      const { message } = error as Error;
      if (!missingExtension.test(message)) throw error;
      say(name, "note", `was not checked for damage: SQLite here has ${message}`);
      return [];
    }
  });
}

const quickCheck = (file: SqliteFile, argument: string): string[] =>
  file
    .describe<{ quick_check: string }>(`pragma quick_check(${argument})`)
    .map(({ quick_check }) => quick_check);

const damaged = (file: SqliteFile, sentence: string) =>
  new PersonError(
    `${file.path} is damaged (${sentence.replace(/\s+/g, " ")}); nothing was imported. \`sqlite3 FILE .recover\` saves what can be read into a new file.`,
  );
