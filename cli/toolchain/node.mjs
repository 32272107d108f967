import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, exists, keep } from "../../infra/directories.mjs";
import { withLock } from "./lock.mjs";
import { versions } from "./versions.mjs";

const run = promisify(execFile);

/** From this minor version of 24 on, Node strips types without a flag or a warning. */
const leastMinor = 12;

/**
 * The node binary for the project: the current one if it will do, else one from the npm registry.
 * @param {(sentence: string) => void} say
 * @returns {Promise<string>}
 */
export async function findNode(say) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major === 24 && minor >= leastMinor) return process.execPath;
  const directory = cacheDirectory("node", versions.node);
  const binary = path.join(directory, "bin", "node");
  if (await exists(binary)) return binary;

  const platform = `${process.platform}-${process.arch}`;
  const integrity = versions.nodeIntegrity[platform];
  if (!integrity) {
    throw new Error(
      `Node.js ${versions.node} cannot be fetched for ${platform}: install Node.js 24 from https://nodejs.org and run this again.`,
    );
  }
  await withLock(cacheDirectory("lock"), say, async () => {
    const started = Date.now();
    await keep(directory, (unfinished) =>
      fetchPackage(`node-${platform}`, versions.node, integrity, unfinished),
    );
    say(`Node.js ${versions.node}: downloaded in ${Math.round((Date.now() - started) / 1000)} s`);
  });
  return binary;
}

/**
 * Unpacks a package of the npm registry into a directory.
 * @param {string} name
 * @param {string} version
 * @param {string} integrity what npm's registry says of the package: "sha512-" and the digest in base64
 * @param {string} directory
 */
export async function fetchPackage(name, version, integrity, directory) {
  const download = path.join(directory, "download");
  await mkdir(download, { recursive: true });
  try {
    await run("npm", ["pack", `${name}@${version}`, "--silent", "--pack-destination", download], {
      cwd: download,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[1] || error.message : String(error);
    throw new Error(
      `${name} ${version} could not be fetched from the npm registry (${reason.trim()}): check the network and run this again.`,
    );
  }
  const archive = path.join(download, `${name}-${version}.tgz`);
  const digest = createHash("sha512")
    .update(await readFile(archive))
    .digest("base64");
  if (`sha512-${digest}` !== integrity) {
    throw new Error(
      `${name} ${version} from the npm registry has the digest sha512-${digest} instead of ${integrity}: it is not used.`,
    );
  }
  await run("tar", ["-xzf", archive, "-C", directory, "--strip-components=1"]);
  await run("rm", ["-r", download]);
}
