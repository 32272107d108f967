import { spawn } from "node:child_process";
import { projectRoot } from "../../infra/project.ts";
import type { Command } from "./damage.ts";

const longestMs = 10 * 60_000;

/** As a person would type it. */
export function asTyped([name, ...args]: Command): string {
  const script = { "restore-verify": "restore:verify" }[name] ?? name;
  return `npm run ${script}${args.length > 0 ? ` -- ${args.join(" ")}` : ""}`;
}

/**
 * Runs a command of the project on a stack, as an operator would.
 * @returns Its exit status and what it printed; the status is null when it was killed for taking too long.
 */
export function runCommand(
  stack: string,
  [name, ...args]: Command,
): Promise<{ status: number | null; standardOutput: string; standardError: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["cli/start.mjs", name, ...args, "--stack", stack], {
      cwd: projectRoot,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: longestMs,
    });
    let standardOutput = "";
    let standardError = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (standardOutput += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (standardError += text));
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, standardOutput, standardError }));
  });
}
