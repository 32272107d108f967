import { createHash } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./project.ts";

/** What an image is built from. Paths are relative to the project's root. */
export interface ImageSource {
  context: string;
  /** Relative to the context. */
  dockerfile: string;
  /** Patterns, relative to the context, of all that the build may read. */
  files: string[];
}

/** Documents beside the code are in no image. */
export const documents = "**/*.md";

/** The files and folders that an image is built from, relative to its context: a folder before what is in it. */
export function sourceEntries(source: ImageSource, root = projectRoot): string[] {
  const entries = globSync(source.files, { cwd: join(root, source.context) });
  return entries.filter((entry) => entry !== "." && !entry.endsWith(".md")).sort();
}

/**
 * A hash over the names, modes and contents of an image's source: 12 hexadecimal digits.
 * @param root Where the paths start; the project's root when not given.
 */
export function sourceHash(source: ImageSource, root = projectRoot): string {
  const context = join(root, source.context);
  const files = sourceEntries(source, root).filter((file) => statSync(join(context, file)).isFile());
  if (files.length === 0)
    throw new Error(`No file of an image matches ${source.files.join(", ")} in ${context}.`);
  const hash = createHash("sha256");
  for (const file of files) {
    const executable = (statSync(join(context, file)).mode & 0o111) !== 0;
    hash
      .update(`${file}\0${executable}\0`)
      .update(readFileSync(join(context, file)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}
