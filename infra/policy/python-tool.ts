import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, keep } from "../directories.mjs";
import { PersonError } from "../errors.ts";

/** A package of PyPI that a check is made with. */
export interface PythonTool {
  name: string;
  version: string;
  /** Extras of the package, as in `server`. */
  extra?: string;
}

/**
 * The Python that has the tool, in an environment of its own that is installed once for each version.
 * @throws PersonError when PyPI or Python does not give it.
 */
export async function pythonOf({ name, version, extra }: PythonTool): Promise<string> {
  const home = cacheDirectory(`${name}-${version}`);
  const run = promisify(execFile);
  try {
    await keep(home, async (unfinished) => {
      console.error(`${name} ${version} is installed from PyPI, once`);
      await run("python3", ["-m", "venv", unfinished]);
      const requirement = `${name}${extra ? `[${extra}]` : ""}==${version}`;
      await run(path.join(unfinished, "bin", "python"), ["-m", "pip", "install", "--quiet", requirement]);
    });
  } catch (error) {
    throw new PersonError(
      `${name} ${version} is not to be had from PyPI: ${(error as Error).message.split("\n")[0]}`,
    );
  }
  return path.join(home, "bin", "python");
}
