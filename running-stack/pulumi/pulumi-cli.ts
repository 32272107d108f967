import { execFile, type StdioOptions, spawn } from "node:child_process";
import { promisify } from "node:util";
import { readStackArguments } from "../stack-arguments.ts";
import { machineSettings } from "./stack-settings.ts";

const execute = promisify(execFile);

function environmentFor(stack: string): NodeJS.ProcessEnv {
  const settings = machineSettings(stack);
  return { ...process.env, PULUMI_STACK: stack, ...(settings && { PULUMI_OPTION_CONFIG_FILE: settings }) };
}

/**
 * Runs Pulumi's CLI. Ctrl-C reaches it from the terminal; we pass SIGTERM on as Ctrl-C.
 * @returns Its exit status.
 */
export function runPulumi(args: string[], stdio: StdioOptions = "inherit"): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, { stdio, env: environmentFor(readStackArguments(args).stack) });
    // On Ctrl-C Pulumi shuts down gracefully, so we wait until it has.
    const stay = () => {};
    const stop = () => child.kill("SIGINT");
    process.on("SIGINT", stay).on("SIGTERM", stop);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", stay).off("SIGTERM", stop);
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}

/**
 * What Pulumi's CLI prints on standard output.
 * @throws Error with what it printed on standard error.
 */
export async function readPulumi(args: string[]): Promise<string> {
  const { stdout } = await execute("pulumi", args, {
    env: environmentFor(readStackArguments(args).stack),
    maxBuffer: 2 ** 28,
  });
  return stdout;
}
