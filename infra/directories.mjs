import { mkdirSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

/**
 * Where what set-up downloads and builds is kept: it can be deleted at any time.
 * @param {...string} parts
 */
export function cacheDirectory(...parts) {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "capstone", ...parts);
}

/**
 * Where the stacks' states and the passphrase of their secrets are, whether it is there or not.
 * @param {...string} parts
 */
export function dataPath(...parts) {
  return path.join(
    process.env.XDG_DATA_HOME || path.join(homedir(), ".local", "share"),
    "capstone",
    ...parts,
  );
}

/**
 * The same, made if it is not there: for this user's eyes only, and to be backed up.
 * @param {...string} parts
 */
export function dataDirectory(...parts) {
  mkdirSync(dataPath(), { recursive: true, mode: 0o700 });
  return dataPath(...parts);
}

/** @param {string} file */
export async function exists(file) {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/**
 * Makes a directory once. It is made under another name and renamed when it is whole, so that what is there under
 * its own name was never interrupted; what an interrupted run left is removed.
 * @param {string} directory
 * @param {(unfinished: string) => Promise<void>} make fills the directory, which exists and is empty
 */
export async function keep(directory, make) {
  if (await exists(directory)) return;
  const parent = path.dirname(directory);
  const prefix = `${path.basename(directory)}.unfinished-`;
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(path.join(parent, name), { recursive: true, force: true });
  }
  const unfinished = path.join(parent, `${prefix}${process.pid}`);
  await mkdir(unfinished);
  try {
    await make(unfinished);
    await rename(unfinished, directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}
