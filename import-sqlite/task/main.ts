// What the task in the stack's network runs: node import-sqlite/task/main.ts PREFIX does the job whose files were brought
// to the bucket under PREFIX. Its log is what the person sees, and the log's last line is the report.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { PersonError } from "../../infra/errors.ts";
import { importSqlite } from "../run.ts";
import { undoImport } from "../undo.ts";
import { fetchFiles, fetchJob, type JobPlace } from "./fetch-job.ts";
import type { ImportReport } from "./job.ts";
import { readTaskSettings } from "./settings.ts";

const folder = mkdtempSync(path.join(tmpdir(), "capstone-import-"));
const folders = { file: path.join(folder, "file"), uploads: path.join(folder, "uploads") };
/** The person knows the file by its name, and nothing of the folder that it is in here. */
const readable = (text: string) => text.replaceAll(`${folders.file}${path.sep}`, "");
const say = (lines: string) => console.log(readable(lines));

try {
  const [prefix] = process.argv.slice(2);
  if (!prefix) throw new PersonError("The prefix of the job's files is missing: main.ts PREFIX.");
  report({ sentence: readable(await doJob(prefix)) });
} catch (error) {
  if (!(error instanceof PersonError)) console.log(error);
  report({ error: readable((error as Error).message) });
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function doJob(prefix: string): Promise<string> {
  const { region, bucket, target } = readTaskSettings(process.env);
  const place: JobPlace = { s3: new S3Client({ region }), bucket, prefix };
  const job = await fetchJob(place);
  if (job.does === "undo") return (await undoImport({ ...job, target, say })).sentence;

  const { file, uploads, mapping, dryRun } = job;
  await fetchFiles(place, [file], folders.file, say);
  if (uploads) await fetchFiles(place, uploads, folders.uploads, say);
  const { sentence } = await importSqlite({
    file: path.join(folders.file, file.path),
    uploads: uploads && folders.uploads,
    ...{ mapping, dryRun, target, say },
  });
  return sentence;
}

function report(line: ImportReport): void {
  console.log(JSON.stringify(line));
}
