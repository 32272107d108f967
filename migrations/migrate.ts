import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { Connection } from "../app/database/connection.ts";
import { type PostgresDialectOptions, PostgresJsDialect } from "../app/database/dialect.ts";
import { outcomeOf, serverErrorIn } from "../app/database/failures.ts";
import { retrying } from "../app/database/retry.ts";
import type { DatabaseSettings } from "../app/settings/settings.ts";
import { applicationUser, grantApplicationUser } from "./application-user.ts";
import { appliedMigrations, FolderMigrationProvider } from "./provider.ts";

export interface MigrationOptions {
  database: DatabaseSettings;
  applicationPassword: string;
  /** The login that the password is for; `capstone` when not given. */
  applicationLogin?: string;
  /** Where the migrations are; ends with a slash. */
  folder: URL;
  /** How long to wait for a primary, a lock and another running migration, all together. */
  budgetMs: number;
  /** Progress, a line each. */
  log: (line: string) => void;
}

export interface MigrationOutcome {
  /** The newest migration that the database has. */
  newest: string;
  /** Those that this run applied. */
  applied: string[];
}

/** A failed migration step; its message is for people and says which migration and why. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

/** Waiting behind a long transaction would block everyone behind us: better to give up and try again. */
const lockTimeout = "3s";
/** "capstone" as a number: the lock of the one running migration. */
const migrationLock = 0x63617073746fn;

/** Error codes for which waiting does not help. */
const hopelessCodes = /^(28...|3D000|42501)$/;

/**
 * Brings the schema to the newest migration, all pending ones in one transaction, and the application's user with it.
 * Running it again changes nothing; two at once wait for each other.
 * @throws MigrationError, and then nothing of the pending migrations is in the database.
 */
export async function migrate(options: MigrationOptions): Promise<MigrationOutcome> {
  const endsAt = performance.now() + options.budgetMs;
  const dialect = new PostgresJsDialect(dialectOptions(options));
  const database = new Kysely<unknown>({ dialect });
  try {
    await waitForPrimary(options, endsAt);
    const retry = {
      budgetMs: Math.max(1, endsAt - performance.now()),
      onRetry: (error: unknown) => options.log(`Trying again: ${(error as Error).message}`),
    };
    return await retrying(retry, () =>
      database.connection().execute((session) => runAlone(options, session, endsAt)),
    );
  } catch (error) {
    throw error instanceof MigrationError
      ? error
      : new MigrationError(`The migration failed: ${messageOf(error)}`);
  } finally {
    await database.destroy();
  }
}

async function runAlone(
  options: MigrationOptions,
  session: Kysely<unknown>,
  endsAt: number,
): Promise<MigrationOutcome> {
  await takeLock(options, session, endsAt);
  const applied = await runPending(options, session);
  const login = { name: options.applicationLogin ?? applicationUser, password: options.applicationPassword };
  await session.transaction().execute((transaction) => grantApplicationUser(transaction, login));
  const newest = (await appliedMigrations(session)).at(-1) ?? "";
  await sql`select pg_advisory_unlock(${migrationLock})`.execute(session);
  return { newest, applied };
}

async function takeLock(options: MigrationOptions, session: Kysely<unknown>, endsAt: number): Promise<void> {
  for (let said = false; ; said = true) {
    const { rows } = await sql<{
      had: boolean;
    }>`select pg_try_advisory_lock(${migrationLock}) as had`.execute(session);
    if (rows[0]?.had) return;
    if (performance.now() > endsAt) {
      throw new MigrationError(
        `Another migration has been running for ${options.budgetMs / 1000} s; this one gave up.`,
      );
    }
    if (!said) options.log("Another migration is running; waiting for it.");
    await sleep(250);
  }
}

async function runPending(options: MigrationOptions, session: Kysely<unknown>): Promise<string[]> {
  const provider = new FolderMigrationProvider(options.folder, await appliedMigrations(session));
  const { error, results = [] } = await new Migrator({ db: session, provider }).migrateToLatest();
  if (error === undefined) return results.map((result) => result.migrationName);
  // Transient: try again, since nothing is left of this attempt.
  const failed = results.find((result) => result.status === "Error");
  if (failed === undefined || outcomeOf(error) !== "refused") throw error;
  throw new MigrationError(`Migration ${failed.migrationName} failed and was undone: ${messageOf(error)}`);
}

/** Waits for a primary to appear; one that refuses us is reported at once. */
async function waitForPrimary(options: MigrationOptions, endsAt: number): Promise<void> {
  for (let said = false; ; said = true) {
    try {
      const connection = await Connection.open(dialectOptions(options), connectTimeoutMs);
      return connection.close();
    } catch (error) {
      const { host, port, user } = options.database;
      const refusal = serverErrorIn(error);
      if (refusal && hopelessCodes.test(refusal.code)) {
        throw new MigrationError(`The database at ${host}:${port} refuses ${user}: ${refusal.message}.`);
      }
      if (performance.now() > endsAt) {
        const seconds = options.budgetMs / 1000;
        throw new MigrationError(
          `No primary database at ${host}:${port} within ${seconds} s: ${messageOf(error)}`,
        );
      }
      if (!said) options.log(`Waiting for the primary database at ${host}:${port}: ${messageOf(error)}`);
      await sleep(500);
    }
  }
}

const connectTimeoutMs = 5_000;

function dialectOptions({ database, budgetMs }: MigrationOptions): PostgresDialectOptions {
  return {
    ...database,
    applicationName: "capstone migration",
    session: { lock_timeout: lockTimeout, idle_in_transaction_session_timeout: "60s" },
    mustTakeWrites: true,
    max: 1,
    connectTimeoutMs,
    // Rewriting a large table takes as long as it takes.
    timeoutMs: Math.max(budgetMs, 3_600_000),
    idleTimeoutMs: 60_000,
    maxLifetimeMs: 24 * 3_600_000,
    probeDelayMs: { first: 100, longest: 1_000 },
    maxWaiting: 10,
    onChange: () => {},
  };
}

function messageOf(error: unknown): string {
  return (serverErrorIn(error) ?? (error as Error)).message;
}
