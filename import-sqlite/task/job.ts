import type { Mapping } from "../mapping/mapping.ts";

/** What a task in the stack's network is to do. It lies as JSON beside the files that it names. */
export type ImportJob =
  | { does: "import"; file: CarriedFile; uploads?: CarriedFile[]; mapping: Mapping; dryRun: boolean }
  | { does: "undo"; schema: string; dryRun: boolean };

/** A file of the person's. */
export interface CarriedFile {
  /** Relative to the folder that it was in. */
  path: string;
  bytes: number;
  /** Since 1970, in whole milliseconds: an import that was made already is known by it, among others. */
  modifiedMs: number;
  /** The end of its object's key; undefined where its contents are not needed. */
  object?: string;
}

/** The object with the job, under the prefix of everything that belongs to it. */
export const jobObject = "job.json";

/** The last line of a task's log. */
export type ImportReport = { sentence: string } | { error: string };
