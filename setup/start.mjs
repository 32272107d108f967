#!/usr/bin/env node
// Runs a command of the project: node setup/start.mjs COMMAND [ARGUMENTS]. It is plain JavaScript because it runs on
// whichever Node there is; everything after it runs on the version that the project is written for.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findNode } from "./node.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
// Installed as the package's `pulumi`, it is that command.
const called = path.basename(process.argv[1] ?? "", ".mjs");
const [command = "", ...args] =
  called === "pulumi" ? ["pulumi", ...process.argv.slice(2)] : process.argv.slice(2);

/** @param {string} sentence */
const say = (sentence) => console.error(`set-up: ${sentence}`);

/**
 * Runs a program with our standard input and error; signals that reach us reach it.
 * @param {string} file
 * @param {string[]} programArgs
 * @param {NodeJS.ProcessEnv} environment
 * @param {"inherit" | "pipe"} stdout
 * @returns {Promise<{ status: number, printed: string }>}
 */
function run(file, programArgs, environment, stdout) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, programArgs, { env: environment, stdio: ["inherit", stdout, "inherit"] });
    let printed = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk) => {
      printed += chunk;
    });
    // A terminal's Ctrl-C reaches the whole group by itself; we only have to outlive it.
    const ignore = () => {};
    const forward = () => child.kill("SIGTERM");
    process.on("SIGINT", ignore).on("SIGTERM", forward).on("SIGHUP", forward);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", ignore).off("SIGTERM", forward).off("SIGHUP", forward);
      resolve({ status: code ?? (signal === "SIGINT" ? 130 : 143), printed });
    });
  });
}

async function main() {
  const commands = readdirSync(path.join(root, "commands"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length));
  if (!commands.includes(command)) {
    throw new Error(`There is no command "${command}"; there are ${commands.join(", ")}.`);
  }
  const node = await findNode(say);
  const environment = {
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}`,
  };
  const prepare = path.join(root, "setup", "prepare.ts");
  const prepared = await run(node, [prepare, command, ...args], environment, "pipe");
  if (prepared.status !== 0) return prepared.status;

  const errors = path.join(root, "setup", "person-errors.ts");
  const file = path.join(root, "commands", `${command}.ts`);
  const parts = JSON.parse(prepared.printed);
  return (await run(node, ["--import", errors, file, ...args], { ...environment, ...parts }, "inherit"))
    .status;
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
