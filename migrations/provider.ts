import { readdirSync } from "node:fs";
import { type Kysely, sql } from "kysely";
import type { Migration, MigrationProvider } from "kysely/migration";

/** Finds `NNNN_name.ts` in a folder: one file a migration, in the order of their names. */
export class FolderMigrationProvider implements MigrationProvider {
  private readonly folder: URL;
  private readonly applied: readonly string[];

  /**
   * @param folder Ends with a slash.
   * @param applied Names of the migrations that the database has.
   */
  constructor(folder: URL, applied: readonly string[]) {
    this.folder = folder;
    this.applied = applied;
  }

  async getMigrations(): Promise<Record<string, Migration>> {
    const names = readdirSync(this.folder)
      .filter((file) => /^\d{4}_\w+\.ts$/.test(file))
      .map((file) => file.replace(/\.ts$/, ""))
      .sort();
    const migrations: Record<string, Migration> = {};
    for (const name of names) migrations[name] = await import(new URL(`${name}.ts`, this.folder).href);
    // A rollback to an earlier release: it works on the newer schema, so there is nothing to do.
    for (const name of this.applied) {
      if (name > (names.at(-1) ?? "")) migrations[name] = { up: async () => {} };
    }
    return migrations;
  }
}

/** Names of the migrations that the database has, oldest first. */
export async function appliedMigrations(database: Kysely<unknown>): Promise<string[]> {
  const { rows: tables } = await sql`select where to_regclass('kysely_migration') is not null`.execute(
    database,
  );
  if (tables.length === 0) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
    database,
  );
  return rows.map(({ name }) => name);
}
