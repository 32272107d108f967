import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const projectRoot = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/**
 * A path of the project as the engine and its plugins take it: relative to where the program runs, so that the
 * state of a stack is the same for every clone of the project.
 */
export function programPath(path: string): string {
  return relative(process.cwd(), `${projectRoot}/${path}`) || ".";
}
