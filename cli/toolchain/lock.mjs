import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * Does the work while holding the lock; says so when it has to wait.
 * The lock is the kernel's: a child holds it until its standard input, our pipe, closes, so however this process ends
 * the lock is free again. Where there is no `flock` (macOS) nothing is locked.
 * @template T
 * @param {string} file
 * @param {(sentence: string) => void} say
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, say, work) {
  await mkdir(path.dirname(file), { recursive: true });
  const holderFile = `${file}.holder`;
  let holder = await acquire(file, ["--nonblock"]);
  if (holder === "busy") {
    const other = await readFile(holderFile, "utf8").catch(() => "unknown");
    say(`waiting for another set-up to end (process ${other.trim()})`);
    holder = await acquire(file, []);
  }
  if (typeof holder === "string") return work();
  try {
    await writeFile(holderFile, `${process.pid}\n`);
    return await work();
  } finally {
    holder.stdin.end();
  }
}

/**
 * @param {string} file
 * @param {string[]} options
 * @returns {Promise<import("node:child_process").ChildProcessByStdio<import("node:stream").Writable, import("node:stream").Readable, null> | "busy" | "unavailable">}
 */
function acquire(file, options) {
  return new Promise((resolve) => {
    const child = spawn("flock", [...options, file, "sh", "-c", "echo held; exec cat >/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.once("error", () => resolve("unavailable"));
    child.once("exit", () => resolve("busy"));
    child.stdout.once("data", () => resolve(child));
  });
}
