import { execFile } from "node:child_process";
import path from "node:path";
import { pythonOf } from "../../infra/policy/python-tool.ts";
import type { PendingMigration } from "./pending-migrations.ts";

/** A linter of others for migrations: what they lock, and what the release before would not survive. */
const squawk = { name: "squawk-cli", version: "2.70.0" };

const args = [
  ...["--reporter", "json", "--pg-version", "17", "--stdin-filepath", "migration.sql"],
  // All pending migrations are one transaction, and migrations/migrate.ts sets a lock timeout for its session.
  "--assume-in-transaction",
  // A rewrite of a large table takes as long as it takes, so there is no statement timeout by intent.
  "--exclude=require-lock-timeout,require-statement-timeout",
];

export interface MigrationFinding {
  migration: string;
  rule: string;
  message: string;
}

/**
 * What squawk finds in migrations; its binary is installed from PyPI, once.
 * @throws PersonError when PyPI does not give it, and Error when it cannot read the SQL.
 */
export async function lintMigrations(migrations: PendingMigration[]): Promise<MigrationFinding[]> {
  if (migrations.length === 0) return [];
  const program = path.join(path.dirname(await pythonOf(squawk)), "squawk");
  const found = await Promise.all(
    migrations.map(async ({ name, sql }) => {
      const reports = await run(program, sql);
      return reports.map(({ rule_name, message }) => ({ migration: name, rule: rule_name, message }));
    }),
  );
  return found.flat();
}

function run(program: string, sql: string): Promise<{ rule_name: string; message: string }[]> {
  return new Promise((resolve, reject) => {
    // Findings make its exit status; that it ran at all is seen by its output.
    const child = execFile(program, args, (_error, printed, complaint) => {
      try {
        resolve(JSON.parse(printed) as { rule_name: string; message: string }[]);
      } catch {
        reject(new Error(`squawk: ${complaint || printed}`));
      }
    });
    child.stdin?.end(sql);
  });
}
