import { PersonError } from "../infra/errors.ts";

/** What was given on the command line. */
interface Given {
  uploads: string | undefined;
  map: string | undefined;
  undo: string | undefined;
  sample: boolean | undefined;
  "dry-run": boolean | undefined;
}

export interface ImportOptions {
  /** Undefined with --sample. */
  file: string | undefined;
  uploads: string | undefined;
  map: string | undefined;
  dryRun: boolean;
  sample: boolean;
  /** The schema whose import is taken back. */
  undo: string | undefined;
}

const usage =
  "npm run import:sqlite -- FILE [--uploads DIR] [--map FILE] [--dry-run] [--stack NAME], or --sample in place of FILE; --undo NAME [--dry-run] takes the import into the schema NAME back";

/** @throws PersonError with what is wrong and what is allowed. */
export function readOptions(values: Given, files: string[]): ImportOptions {
  const { uploads, map, undo, sample = false, "dry-run": dryRun = false } = values;
  const [file, second] = files;
  if (second !== undefined)
    throw new PersonError(`One FILE at a time: "${second}" is a second one. ${usage}`);
  if (undo !== undefined) {
    if (file !== undefined || sample || (uploads ?? map) !== undefined)
      throw new PersonError(
        `--undo takes the name of a schema, and nothing but --dry-run beside it. ${usage}`,
      );
    return { file, uploads, map, dryRun, sample, undo };
  }
  if (sample === (file !== undefined)) throw new PersonError(`Either a FILE or --sample is needed: ${usage}`);
  if (sample && (uploads ?? map) !== undefined) {
    throw new PersonError("--sample brings its own uploads and mapping; --uploads and --map are for a FILE.");
  }
  return { file, uploads, map, dryRun, sample, undo };
}
