import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { backup, DatabaseSync, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { PersonError } from "../../infra/errors.ts";
import type { SqlValue } from "./values.ts";

/** How long to wait for a writer that is committing, in milliseconds. */
const busyTimeoutMs = 5_000;
const magic = "SQLite format 3\0";

/**
 * A snapshot of an SQLite file: everything is read in one transaction, so later writes are not seen. With a rollback
 * journal writers wait until it ends; in WAL mode nobody waits.
 */
export class SqliteFile {
  readonly path: string;
  /** It is in WAL mode, and there is no log beside it: a copy may lack what was written last. */
  readonly withoutLog: boolean;
  private readonly database: DatabaseSync;
  private readonly prepared = new Map<string, StatementSync>();

  private constructor(file: string, database: DatabaseSync, withoutLog: boolean) {
    this.path = file;
    this.withoutLog = withoutLog;
    this.database = database;
  }

  /** @throws PersonError that says what the file is instead of a readable SQLite database. */
  static open(file: string): SqliteFile {
    requireSqliteFile(file);
    const withoutLog = isInWalMode(file) && !existsSync(`${file}-wal`);
    try {
      const database = new DatabaseSync(addressOf(file), { readOnly: true, timeout: busyTimeoutMs });
      // A view or a default in an untrusted file must not call anything harmful.
      database.exec("pragma trusted_schema = off; pragma query_only = on; pragma temp_store = memory; begin");
      database.prepare("select count(*) from sqlite_schema").get();
      return new SqliteFile(path.resolve(file), database, withoutLog);
    } catch (error) {
      throw readableError(file, error);
    }
  }

  /** Rows as objects, for small metadata. */
  describe<T>(sql: string, ...parameters: SqlValue[]): T[] {
    return this.withReadableErrors(() => this.statement(sql, parameters).all(...parameters) as T[]);
  }

  /** What has parameters is asked of many tables, and is prepared once. */
  private statement(sql: string, parameters: SqlValue[]): StatementSync {
    if (parameters.length === 0) return this.database.prepare(sql);
    const statement = this.prepared.get(sql) ?? this.database.prepare(sql);
    this.prepared.set(sql, statement);
    return statement;
  }

  /** Rows as arrays, one at a time. @throws What a whole number beyond 2^53 is refused with. */
  rows(sql: string): Generator<SqlValue[]> {
    return this.iterate(sql, false) as Generator<SqlValue[]>;
  }

  /** The same with every whole number as a bigint, which tells 1 from 1.0. */
  exactRows(sql: string): Generator<(SqlValue | bigint)[]> {
    return this.iterate(sql, true) as Generator<(SqlValue | bigint)[]>;
  }

  /** Registers a JavaScript function for SQL. */
  define(name: string, callback: (...values: SqlValue[]) => number | string): void {
    this.database.function(name, { deterministic: true, varargs: true }, callback as () => number);
  }

  private *iterate(sql: string, exact: boolean): Generator<unknown> {
    try {
      const statement = this.database.prepare(sql) as StatementSync & {
        setReturnArrays(enabled: boolean): void;
      };
      statement.setReturnArrays(true);
      statement.setReadBigInts(exact);
      yield* statement.iterate();
    } catch (error) {
      throw readableError(this.path, error);
    }
  }

  /** Writes the snapshot, with what is in the log alone so far, into one file. */
  async copyTo(target: string): Promise<void> {
    try {
      await backup(this.database, target);
    } catch (error) {
      throw readableError(this.path, error);
    }
    // Nothing is missing from the copy, so it must not look like one without its log.
    if (!this.withoutLog) leaveWalMode(target);
  }

  close(): void {
    this.database.close();
  }

  private withReadableErrors<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw readableError(this.path, error);
    }
  }
}

function requireSqliteFile(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) throw new PersonError(`There is no file ${file}; FILE is the path of an SQLite database.`);
  if (!stats.isFile()) throw new PersonError(`${file} is no file; FILE is the path of an SQLite database.`);
  const start = Buffer.alloc(magic.length);
  try {
    const descriptor = openSync(file, "r");
    readSync(descriptor, start, 0, start.length, 0);
    closeSync(descriptor);
  } catch (error) {
    throw new PersonError(`${file} cannot be read: ${(error as Error).message}.`);
  }
  if (stats.size === 0) throw new PersonError(`${file} is empty: there is nothing to import.`);
  if (start.toString("latin1") !== magic) {
    throw new PersonError(
      `${file} does not start as an SQLite database does: it is another kind of file, or it is encrypted; an encrypted one has to be decrypted first (as with SQLCipher's sqlcipher_export).`,
    );
  }
}

/** The version numbers at bytes 18 and 19 are 2 in WAL mode. */
function isInWalMode(file: string): boolean {
  const header = Buffer.alloc(20);
  const descriptor = openSync(file, "r");
  readSync(descriptor, header, 0, header.length, 0);
  closeSync(descriptor);
  return header[18] === 2;
}

function leaveWalMode(file: string): void {
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, Buffer.from([1, 1]), 0, 2, 18);
  closeSync(descriptor);
}

/**
 * In WAL mode even a reader writes files next to the database. Where it may not, and there is no log, the file alone is
 * the database and nobody writes it.
 */
function addressOf(file: string): string {
  if (existsSync(`${file}-wal`)) return file;
  try {
    accessSync(path.dirname(path.resolve(file)), constants.W_OK);
    return file;
  } catch {
    return `${pathToFileURL(file).href}?immutable=1`;
  }
}

/** Codes of SQLite, the last eight bits. */
const busy = 5;
const readOnly = 8;
const corrupt = 11;
const cannotOpen = 14;
const notADatabase = 26;

function readableError(file: string, error: unknown): unknown {
  const { errcode = 0, message = "", code } = error as { errcode?: number; message?: string; code?: string };
  if (code === "ERR_OUT_OF_RANGE") {
    return new PersonError(
      `${file} has numbers beyond 2^53 where users or posts are read; "users": null in a mapping file keeps those tables as they are. Nothing was imported.`,
    );
  }
  switch (errcode & 0xff) {
    case busy:
      return new PersonError(
        `${file} has been locked by another program for ${busyTimeoutMs / 1000} s; end what writes to it and try again.`,
      );
    case corrupt:
      return new PersonError(
        `${file} is damaged (${message}); nothing was imported. \`sqlite3 FILE .recover\` saves what can be read into a new file.`,
      );
    case readOnly:
    case cannotOpen:
      return new PersonError(
        `${file} cannot be opened (${message}): a program that wrote it was interrupted, or its folder may not be written. Copy it with its -wal and -journal files to a folder of your own and open it there once with sqlite3.`,
      );
    case notADatabase:
      return new PersonError(`${file} is no SQLite database, or it is encrypted or damaged (${message}).`);
    default:
      return error;
  }
}
