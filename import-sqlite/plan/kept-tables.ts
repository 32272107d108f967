import { PersonError } from "../../infra/errors.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { countKeptPasswords, keptPassword } from "../service/kept-passwords.ts";
import { missingExtension } from "../sqlite/check.ts";
import type { SqliteFile } from "../sqlite/database.ts";
import {
  quoted,
  readingOf,
  type SqliteColumn,
  type SqliteSchema,
  type SqliteTable,
} from "../sqlite/schema.ts";
import { count } from "../translate/count.ts";
import { ownTables } from "../write/own-tables.ts";
import type { Say } from "./remarks.ts";

/**
 * Reports a write-ahead log that may have been left behind.
 * @throws PersonError for a file that holds nothing without it.
 */
export function sayLog(file: SqliteFile, { tables }: SqliteSchema, say: Say): void {
  if (!file.withoutLog) return;
  const log = `${file.path}-wal`;
  if (tables.length === 0) {
    throw new PersonError(
      `${file.path} has no tables. It is in WAL mode, and ${log} is not there: what was written last is in that file. Copy both, or end the program that writes it first. Nothing was imported.`,
    );
  }
  say(
    "the file",
    "note",
    `is in WAL mode and has no ${log}: if it was copied from a running program, what was written last is missing`,
  );
}

/** Reports what has no counterpart in Postgres. */
export function sayWhatStays({ triggers, shadows, encoding }: SqliteSchema, say: Say): void {
  if (triggers.length > 0) {
    const names = triggers.map(({ name, table }) => `${name} of ${table}`).join(", ");
    say(
      names,
      "left out",
      `${triggers.length === 1 ? "is a trigger" : "are triggers"}: to be written anew for Postgres`,
    );
  }
  if (shadows.length > 0)
    say(shadows.join(", "), "left out", "is where an extension of SQLite keeps its own data");
  if (encoding !== "UTF-8") say("the file", "note", `is in ${encoding}; Postgres has it in UTF-8`);
}

/**
 * The tables, and of each the columns, that are carried over.
 * @throws PersonError for a table that the import makes itself.
 */
export function keptTables(file: SqliteFile, all: SqliteSchema, mapping: Mapping, say: Say): SqliteTable[] {
  return all.tables.flatMap((table) => {
    const choices = mapping.tables?.[table.name];
    if (choices?.leaveOut) {
      say(table.name, "left out", "is left out, as the mapping says");
      return [];
    }
    if (ownTables.includes(table.name)) {
      throw new PersonError(
        `The file has a table ${table.name}, which the import makes itself; leave it out with a mapping file.`,
      );
    }
    const unreadable = unreadableColumns(file, table, say);
    const readable = table.columns.filter((column) => !unreadable.includes(column));
    if (!isReadable(file, { ...table, columns: readable }, say)) return [];
    const columns = readable.flatMap((column) => {
      const { name } = column;
      if (choices?.columns?.[name]?.leaveOut) {
        say(`${table.name}.${name}`, "left out", "is left out, as the mapping says");
        return [];
      }
      const holdsPasswords = table.name === mapping.users?.table && name === mapping.users.passwordHash;
      if (holdsPasswords) return keptPasswords(file, table.name, column, mapping, say);
      return choices?.columns?.[name]?.emptyIsNull
        ? [{ ...column, reads: `nullif(${quoted(name)}, '')` }]
        : [column];
    });
    return [{ ...table, columns }];
  });
}

/** Password hashes are kept in one place: what went to the accounts is not in the schema. */
function keptPasswords(
  file: SqliteFile,
  table: string,
  column: SqliteColumn,
  mapping: Mapping,
  say: Say,
): SqliteColumn[] {
  const where = `${table}.${column.name}`;
  const kept = countKeptPasswords(file, table, column.name, mapping);
  if (kept === 0) {
    say(where, "note", "goes to the service's accounts alone: password hashes are kept in one place");
    return [];
  }
  const leaveOut = `"leaveOut" in a mapping file drops ${kept === 1 ? "it" : "them"}`;
  say(
    where,
    "differs",
    `goes to the service's accounts; ${count(kept, "password")} that no account got ${kept === 1 ? "stays" : "stay"} in the schema, the others are NULL there: ${leaveOut}`,
  );
  return [{ ...column, notNull: false, reads: keptPassword(column.name, mapping) }];
}

/** Columns that SQLite computes when they are read, with a function that is not here. */
function unreadableColumns(file: SqliteFile, table: SqliteTable, say: Say): SqliteColumn[] {
  return table.columns.filter(({ name, generated }) => {
    if (generated !== "virtual") return false;
    try {
      for (const _row of file.exactRows(`select ${quoted(name)} from ${quoted(table.name)} limit 1`)) break;
      return false;
    } catch (error) {
      const { message } = error as Error;
      if (!missingExtension.test(message)) throw error;
      say(`${table.name}.${name}`, "left out", `is generated and cannot be read here (${message})`);
      return true;
    }
  });
}

function isReadable(file: SqliteFile, table: SqliteTable, say: Say): boolean {
  const virtual = table.kind === "virtual";
  try {
    // All columns of a virtual table that has none are its module's.
    const list = table.columns.map(readingOf).join(", ") || "*";
    for (const _row of file.exactRows(`select ${list} from ${quoted(table.name)} limit 1`)) break;
    const numbers = table.columns[0]?.name === "rowid" ? ", with its row numbers as rowid" : "";
    if (virtual)
      say(
        table.name,
        "differs",
        `is a virtual table: what it holds is carried over as a plain table${numbers}`,
      );
    return !virtual || table.columns.length > 0;
  } catch (error) {
    const { message } = error as Error;
    if (!virtual && !missingExtension.test(message)) throw error;
    const reason = message === "no query solution" ? "its key has a collation that is not here" : message;
    say(
      table.name,
      "left out",
      `is a ${virtual ? "virtual " : ""}table that cannot be read here (${reason})`,
    );
    return false;
  }
}
