import { DatabaseSync } from "node:sqlite";
import type { SqlValue } from "../sqlite/values.ts";

/**
 * Accounts and images in transit, in an unnamed SQLite database on disk that is gone once closed: memory does not grow
 * with their number.
 */
export class Scratch {
  private readonly database = new DatabaseSync("");
  private readonly prepared = new Map<string, ReturnType<DatabaseSync["prepare"]>>();

  constructor() {
    this.database.exec(`
      pragma journal_mode = off; pragma synchronous = off;
      create table accounts (
        source primary key, id text, handle text unique, email text unique, password_hash text,
        display_name text, bio text, avatar text, avatar_key text, avatar_url text, created_ms integer, closed integer
      );
      create table taken (id text primary key, handle text, email text);
      create index taken_handle on taken (handle);
      create index taken_email on taken (email);
      create table images (
        path text primary key, name text, hash text, extension text, media_type text, bytes integer, key text
      );
      create index images_name on images (name);
      begin`);
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.statement(sql).run(...values);
  }

  first<T>(sql: string, ...values: SqlValue[]): T | undefined {
    return this.statement(sql).get(...values) as T | undefined;
  }

  /** Rows as arrays, one at a time. */
  *rows(sql: string): Generator<SqlValue[]> {
    const statement = this.database.prepare(sql) as ReturnType<DatabaseSync["prepare"]> & {
      setReturnArrays(enabled: boolean): void;
    };
    statement.setReturnArrays(true);
    yield* statement.iterate() as unknown as Iterable<SqlValue[]>;
  }

  close(): void {
    this.database.close();
  }

  private statement(sql: string) {
    const known = this.prepared.get(sql) ?? this.database.prepare(sql);
    this.prepared.set(sql, known);
    return known;
  }
}
