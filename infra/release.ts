import { execFileSync } from "node:child_process";
import { projectRoot } from "./project.ts";
import { documents, type ImageSource, sourceHash } from "./source-hash.ts";

/** What the application's image is made of, relative to the project's root. */
export const releaseFiles = ["app", "migrations", "package.json", "package-lock.json", ".dockerignore"];

/** The service and its migrations are one image, so that both are always of one version. */
export const releaseSource: ImageSource = {
  context: ".",
  dockerfile: "app/Dockerfile",
  files: releaseFiles.flatMap((path) => [path, `${path}/**`]),
};

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

/** Changes when a migration does, and with nothing else. */
export function migrationsHash(): string {
  return sourceHash({ context: ".", dockerfile: "", files: ["migrations/**"] });
}

/**
 * The commit that last changed what the application's image is made of, with `-dirty` when there are changes since.
 * A commit that changes only, say, a document makes no new release. `unknown` outside a git repository.
 */
export function releaseCommit(paths: string[], root = projectRoot): string {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  const sources = ["--", ...paths, `:(exclude,glob)${documents}`];
  try {
    const commit = git("log", "-1", "--format=%H", ...sources) || "unknown";
    return git("status", "--porcelain", ...sources) === "" ? commit : `${commit}-dirty`;
  } catch {
    return "unknown";
  }
}
