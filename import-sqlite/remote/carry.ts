import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { largestPictureBytes } from "../../app/pictures/picture.ts";
import { PersonError } from "../../infra/errors.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { requireFolder } from "../service/images.ts";
import { SqliteFile } from "../sqlite/database.ts";
import { type CarriedFile, type ImportJob, jobObject } from "../task/job.ts";
import type { Parcel } from "./parcel.ts";

/** What a person asks for, with paths on their machine. */
export type ImportRequest =
  | { does: "import"; file: string; uploads: string | undefined; mapping: Mapping; dryRun: boolean }
  | { does: "undo"; schema: string; dryRun: boolean };

/** How many files are brought at once. */
const atOnce = 8;
const gibibyte = 2 ** 30;
/** What a task of Fargate's has unless it is asked for more, and at most, in GiB. */
const disk = { given: 20, most: 200 };

/** A request whose files were looked at: nothing has left the machine yet. */
export interface Baggage extends Disposable {
  job: ImportJob;
  /** Where each object comes from. */
  sources: Map<string, string>;
  /** What the task needs, in GiB; undefined where what every task has is enough. */
  diskGibibytes: number | undefined;
}

/** @throws PersonError for what is no SQLite file, no folder, or too large. */
export async function pack(request: ImportRequest, say: (line: string) => void): Promise<Baggage> {
  if (request.does === "undo")
    return { job: request, sources: new Map(), diskGibibytes: undefined, [Symbol.dispose]: () => {} };
  const { file, uploads, mapping, dryRun } = request;
  if (uploads !== undefined) requireFolder(uploads);
  const folder = mkdtempSync(path.join(tmpdir(), "capstone-import-"));
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = path.join(folder, "copy.sqlite");
    await copyOf(file, copy);
    const carried = carry(copy, "file", path.basename(file), statSync(file).mtimeMs);
    const images = uploads === undefined ? undefined : carriedImages(uploads, say);
    const sources = new Map([["file", copy]]);
    for (const { object, path: name } of images ?? [])
      if (object !== undefined) sources.set(object, path.join(uploads ?? "", name));
    return {
      job: { does: "import", file: carried, ...(images && { uploads: images }), mapping, dryRun },
      sources,
      diskGibibytes: diskFor([...sources.values()]),
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Brings everything of a request, and the job last. */
export async function bring(
  { job, sources }: Baggage,
  parcel: Parcel,
  signal: AbortSignal,
  sent: (bytes: number) => void,
): Promise<void> {
  const waiting = [...sources];
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      let before = 0;
      await parcel.putFile(next[0], next[1], either, (bytes) => {
        sent(bytes - before);
        before = bytes;
      });
    }
  };
  const workers = Array.from({ length: atOnce }, worker);
  try {
    await Promise.all(workers);
  } finally {
    // When this returns, nothing is on its way any more.
    failed.abort();
    await Promise.allSettled(workers);
  }
  await parcel.putText(jobObject, JSON.stringify(job), signal);
}

/** As of one moment, whoever writes to it meanwhile. */
async function copyOf(file: string, copy: string): Promise<void> {
  const opened = SqliteFile.open(file);
  try {
    await opened.copyTo(copy);
  } finally {
    opened.close();
  }
}

function carry(source: string, object: string | undefined, name: string, modifiedMs: number): CarriedFile {
  const { size: bytes } = statSync(source);
  return { path: name, bytes, modifiedMs: Math.trunc(modifiedMs), ...(object !== undefined && { object }) };
}

/** Every ordinary file of the folder; of those that are no image by their size alone, only that they are there. */
function carriedImages(folder: string, say: (line: string) => void): CarriedFile[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.flatMap((entry, index) => {
    if (entry.isDirectory()) return [];
    const source = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, source);
    if (!entry.isFile()) {
      say(`${name} is left out: it is no ordinary file.`);
      return [];
    }
    const { size, mtimeMs } = statSync(source);
    return [carry(source, size > largestPictureBytes ? undefined : `uploads/${index}`, name, mtimeMs)];
  });
}

/** @throws PersonError where no task has that much. */
function diskFor(files: string[]): number | undefined {
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  // Beside the files, the accounts on their way; and what the task itself takes of it.
  const needed = Math.ceil((bytes * 1.2) / gibibyte) + 10;
  if (needed <= disk.given) return undefined;
  if (needed <= disk.most) return needed;
  throw new PersonError(
    `The files have ${Math.ceil(bytes / gibibyte)} GiB; a task on AWS has a disk of ${disk.most} GiB at most, so about ${Math.floor((disk.most - 10) / 1.2)} GiB can be imported. Nothing was brought there.`,
  );
}
