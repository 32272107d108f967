import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
import { FolderMigrationProvider } from "../../migrations/provider.ts";

/** A migration that the stack's database does not have. */
export interface PendingMigration {
  name: string;
  /** Its statements, each ended by a semicolon. Rows that it would read are taken to be none. */
  sql: string;
}

const migrationsFolder = new URL("../../migrations/", import.meta.url);

/**
 * The migrations that a deployment would apply, with the statements that they would send.
 * @param deployed the newest that the database has; undefined for a database that has none.
 * @param folder ends with a slash.
 */
export async function pendingMigrations(
  deployed: string | undefined,
  folder = migrationsFolder,
): Promise<PendingMigration[]> {
  const migrations = await new FolderMigrationProvider(folder, []).getMigrations();
  const pending: PendingMigration[] = [];
  for (const [name, { up }] of Object.entries(migrations)) {
    if (name > (deployed ?? "")) pending.push({ name, sql: await statementsOf(up) });
  }
  return pending;
}

async function statementsOf(up: (database: Kysely<unknown>) => Promise<void>): Promise<string> {
  const statements: string[] = [];
  const database = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query: { sql } }) => {
      statements.push(`${sql.trim()};`);
    },
  });
  await up(database);
  await database.destroy();
  return statements.join("\n");
}
