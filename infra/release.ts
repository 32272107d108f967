import { execFileSync } from "node:child_process";
import { projectRoot } from "./project.ts";

/**
 * The commit that last changed what the application's image is made of, with `-dirty` when there are changes since.
 * A commit that changes only, say, a document makes no new release. `unknown` outside a git repository.
 */
export function releaseCommit(paths: string[], root = projectRoot): string {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const commit = git("log", "-1", "--format=%H", "--", ...paths) || "unknown";
    return git("status", "--porcelain", "--", ...paths) === "" ? commit : `${commit}-dirty`;
  } catch {
    return "unknown";
  }
}
