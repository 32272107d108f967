import { execFileSync } from "node:child_process";
import path from "node:path";
import { projectRoot } from "./project.ts";
import { documents, type ImageSource } from "./source-hash.ts";

/** The importer of SQLite files, with what it shares with the service: an image of its own, so that no node carries it. */
export const importSource: ImageSource = {
  context: ".",
  dockerfile: "import-sqlite/Dockerfile",
  files: [
    "import-sqlite/**",
    "app/{pictures,security,certificates}/**",
    "app/{problem,turns}.ts",
    "infra/{errors,topology}.ts",
    "infra/person-error.mjs",
    "package.json",
    "package-lock.json",
    ".dockerignore",
  ],
};

/**
 * The commit that last changed what an image is made of, with `-dirty` when there are changes since.
 * A commit that changes only, say, a document makes no new release. `unknown` outside a git repository.
 */
export function releaseCommit(
  { context, files, documents: withDocuments }: ImageSource,
  root = projectRoot,
): string {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  const included = files.map((pattern) => `:(glob)${path.posix.join(context, pattern)}`);
  const sources = ["--", ...included, ...(withDocuments ? [] : [`:(exclude,glob)${documents}`])];
  try {
    const commit = git("log", "-1", "--format=%H", ...sources) || "unknown";
    return git("status", "--porcelain", ...sources) === "" ? commit : `${commit}-dirty`;
  } catch {
    return "unknown";
  }
}
