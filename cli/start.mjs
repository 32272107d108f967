#!/usr/bin/env node
// Runs a command of the project: node cli/start.mjs COMMAND [ARGUMENTS]. Plain JavaScript, because it runs on whichever
// Node is there; everything after it runs on the project's own version.
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "../infra/directories.mjs";
import { answerBeforeSetUp } from "./command-line/before-set-up.mjs";
import { findNode } from "./toolchain/node.mjs";
import { proxyEnvironment } from "./toolchain/proxy.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
// Installed as the package's `pulumi`, it is that command.
const called = path.basename(process.argv[1] ?? "", ".mjs");
const [command = "help", ...args] =
  called === "pulumi" ? ["pulumi", ...process.argv.slice(2)] : process.argv.slice(2);

/** @param {string} sentence */
const say = (sentence) => console.error(`set-up: ${sentence}`);

/**
 * Runs a program with our input and output; signals that reach us reach it.
 * @param {string} file
 * @param {string[]} programArgs
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<number>} its exit status
 */
function run(file, programArgs, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, programArgs, { env: environment, stdio: "inherit" });
    // A terminal's Ctrl-C reaches the whole process group; we only have to outlive it.
    const forward = () => child.kill("SIGTERM");
    process
      .on("SIGINT", () => {})
      .on("SIGTERM", forward)
      .on("SIGHUP", forward);
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

async function main() {
  if (process.platform === "win32") {
    throw new Error(
      "Windows itself is not supported: clone the project inside WSL 2 (https://learn.microsoft.com/windows/wsl/install) and run it there.",
    );
  }
  // `pulumi --help` is Pulumi's own.
  const asked = called === "pulumi" ? { file: command } : answerBeforeSetUp(command, args);
  if ("help" in asked) {
    console.log(asked.help);
    return 0;
  }
  const node = await findNode(say);
  const compileCache = process.env.NODE_COMPILE_CACHE ?? cacheDirectory("compiled");
  return run(node, [path.join(root, "cli", "run.ts"), asked.file, ...args], {
    ...process.env,
    ...proxyEnvironment(process.env),
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}`,
    // All our processes load the same code: a compile cache makes that faster. `doctor` writes nothing.
    ...(command === "doctor" ? {} : { NODE_COMPILE_CACHE: compileCache }),
  });
}

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
