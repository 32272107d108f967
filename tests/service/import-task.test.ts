import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import type { Sql } from "postgres";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { bring, type ImportRequest, pack } from "../../import-sqlite/remote/carry.ts";
import { Parcel } from "../../import-sqlite/remote/parcel.ts";
import { projectRoot } from "../../infra/project.ts";
import { png } from "../unit/app/images.ts";
import { createDatabase, ownerLogin, superuser } from "./support/databases.ts";
import { assetsUrl, makeFile, scratchFolder } from "./support/imports.ts";
import { storedObject } from "./support/objects.ts";

// What the task on AWS does, from the bucket on: its program, with the files that its image has and no others, against a
// real Postgres and a real S3. What starts it is in tests/unit/import-sqlite/remote.test.ts.

const files = scratchFolder();
const image = files.path("image");
let databaseName: string;
let sql: Sql;

beforeAll(async () => {
  databaseName = await createDatabase("migrated");
  sql = superuser(databaseName);
  makeImage();
});
afterAll(async () => {
  await sql.end();
  files.remove();
});

/** The folder as import-sqlite/Dockerfile makes it. */
function makeImage(): void {
  const dockerfile = readFileSync(join(projectRoot, "import-sqlite", "Dockerfile"), "utf8");
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].map(([, words = ""]) =>
    words.split(" "),
  );
  const lastStage = copied.slice(1);
  expect(lastStage.length).toBeGreaterThan(4);
  for (const words of lastStage) {
    const target = words.at(-1) ?? "";
    for (const source of words.slice(0, -1)) {
      const into = /\/$/.test(target) ? join(target, source.split("/").at(-1) ?? "") : target;
      cpSync(join(projectRoot, source), join(image, into), { recursive: true });
    }
  }
  symlinkSync(join(projectRoot, "node_modules"), join(image, "node_modules"));
  mkdirSync(files.path("scratch"));
}

interface Ended {
  exitCode: number;
  log: string;
  report: Record<string, string>;
}

/** Brings a request and runs the task's program for it, in the environment that its definition gives. */
async function runTask(request: ImportRequest): Promise<Ended> {
  const backends = inject("backends");
  const { objectStore } = backends;
  const { user, password, host, port } = ownerLogin(backends, databaseName);
  const s3 = new S3Client({
    region: "garage",
    endpoint: objectStore.endpoint,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    credentials: { accessKeyId: objectStore.accessKey, secretAccessKey: objectStore.secretKey },
  });
  const parcel = new Parcel(s3, objectStore.bucket);
  using baggage = await pack(request, () => {});
  await bring(baggage, parcel, new AbortController().signal, () => {});
  s3.destroy();
  const environment = {
    PATH: process.env.PATH,
    DATABASE_URL: `postgresql://${user}@${host}:${port}/${databaseName}`,
    DATABASE_PASSWORD: password,
    ASSETS_URL: assetsUrl,
    OBJECT_STORE_REGION: "garage",
    OBJECT_STORE_BUCKET: objectStore.bucket,
    IMPORT_BUCKET: objectStore.bucket,
    TMPDIR: files.path("scratch"),
    SQLITE_TMPDIR: files.path("scratch"),
    // Where S3 is, and what AWS's own takes and Garage does not.
    AWS_ENDPOINT_URL: objectStore.endpoint,
    AWS_ACCESS_KEY_ID: objectStore.accessKey,
    AWS_SECRET_ACCESS_KEY: objectStore.secretKey,
    AWS_REQUEST_CHECKSUM_CALCULATION: "WHEN_REQUIRED",
    AWS_RESPONSE_CHECKSUM_VALIDATION: "WHEN_REQUIRED",
  };
  const args = ["import-sqlite/task/main.ts", parcel.prefix];
  const options = { cwd: image, env: environment, timeout: 120_000 };
  const ended = await new Promise<Omit<Ended, "report"> & { stdout: string }>((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      // One that was killed has no code, and one that could not be started has a text.
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === "number") resolve({ exitCode, stdout, log: stdout + stderr });
      else reject(new Error(`${error?.message}\n${stdout}${stderr}`));
    });
  });
  const lastLine = ended.stdout.trim().split("\n").at(-1) ?? "";
  expect(lastLine, ended.log).toMatch(/^\{/);
  return { ...ended, report: JSON.parse(lastLine) };
}

test("the task imports what was brought, says the same of it later, and takes it back", async () => {
  const uploads = files.path("uploads");
  mkdirSync(join(uploads, "faces"), { recursive: true });
  writeFileSync(join(uploads, "faces", "ada.png"), png(7, 7, [], 3));
  const file = makeFile(
    files.path("from the past.sqlite"),
    "create table users (id integer primary key, username text, email text, avatar text); insert into users values (1, 'ada_by_task', 'ada@example.org', 'faces/ada.png')",
  );
  const users = { table: "users", handle: "username", email: "email", avatar: "avatar" };
  const mapping = { schema: "past", users };
  const request = { does: "import" as const, file, uploads, mapping, dryRun: true };

  const dry = await runTask(request);
  expect(dry).toMatchObject({
    exitCode: 0,
    report: { sentence: "Nothing was written: this was a dry run." },
  });
  // The person's name of the file, without the folder that it is in there.
  expect(dry.log).toMatch(/^from the past\.sqlite goes to the schema past:$/m);

  const imported = await runTask({ ...request, dryRun: false });
  expect(imported.exitCode, imported.log).toBe(0);
  expect(imported.report.sentence).toMatch(/^Imported 1 tables with 1 rows into the schema past/);
  expect(await sql`select username from past.users`).toEqual([{ username: "ada_by_task" }]);
  const [image] = await sql`select object_key as key from past.capstone_images`;
  expect((await storedObject(image?.key)).type).toBe("image/webp");

  const again = await runTask({ ...request, dryRun: false });
  expect(again.report.sentence).toMatch(/^Nothing changes: this was imported into the schema past/);

  const undone = await runTask({ does: "undo", schema: "past", dryRun: false });
  expect(undone.report.sentence).toMatch(/^Took back the import into the schema past: 1 tables, 1 accounts/);
  expect(await sql`select 1 from pg_namespace where nspname = 'past'`).toEqual([]);
});

test("what is refused ends the task with 1 and the sentence", async () => {
  const refused = await runTask({ does: "undo", schema: "never_was", dryRun: false });
  expect(refused.exitCode).toBe(1);
  expect(refused.report.error).toMatch(/^There is no import into a schema never_was to take back/);
});
