import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterOwnTime } from "../../infra/docker/engine/deadline.ts";
import { PersonError } from "../../infra/errors.ts";

const execute = promisify(execFile);
const running = new Set<ChildProcess>();

/**
 * Ends what `runLogged` has started when this process ends.
 * @returns A function that removes these handlers.
 */
export function endChildrenWithUs(): () => void {
  const end = () => {
    for (const child of running) child.kill("SIGTERM");
  };
  const interrupt = () => process.exit(130);
  const terminate = () => process.exit(143);
  process.on("exit", end).on("SIGINT", interrupt).on("SIGTERM", terminate);
  return () => {
    process.off("exit", end).off("SIGINT", interrupt).off("SIGTERM", terminate);
  };
}

/**
 * What a program prints on standard output, trimmed; undefined when it fails or does not exist.
 * @param timeoutMs After so much of this process's own time it has failed; 0 waits for its end.
 */
export async function output(
  file: string,
  args: string[],
  environment = process.env,
  timeoutMs = 0,
): Promise<string | undefined> {
  const late = new AbortController();
  const stop = timeoutMs > 0 ? afterOwnTime(timeoutMs, () => late.abort()) : () => {};
  return execute(file, args, { env: environment, signal: late.signal })
    .then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    )
    .finally(stop);
}

interface LoggedRun {
  /** What it does, as in "building garage". */
  what: string;
  /** The file that its output is appended to. */
  log: string;
  directory?: string;
  environment?: NodeJS.ProcessEnv;
  /** Told each line of its output as it comes, and whether that line belongs in the log. */
  onLine?: (line: string) => boolean;
}

/**
 * Runs a program to completion, its output going to a log.
 * @throws PersonError with what failed, its last output and where the log is.
 */
export async function runLogged(file: string, args: string[], run: LoggedRun): Promise<void> {
  await mkdir(path.dirname(run.log), { recursive: true });
  const log = openSync(run.log, "a");
  const output = run.onLine ? "pipe" : log;
  const child = spawn(file, args, {
    cwd: run.directory,
    env: run.environment ?? process.env,
    stdio: ["ignore", output, output],
  });
  running.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) eachLine(stream, (line) => run.onLine?.(line) && writeSync(log, `${line}\n`));
  }
  const reason = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(lastWords(run.log) ?? (signal ? `ended by ${signal}` : `status ${code}`));
    });
  });
  running.delete(child);
  closeSync(log);
  if (reason) throw new PersonError(`${run.what} failed: ${reason} (full log: ${run.log})`);
}

/** A line that is repainted ends with a carriage return. */
function eachLine(stream: Readable, told: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = `${rest}${text}`.split(/\r?\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) told(line);
  });
  stream.on("end", () => {
    if (rest !== "") told(rest);
  });
}

/** The most telling line of a log: the last with "error" or the like in it, or else the last. */
export function lastWords(log: string): string | undefined {
  const lines = readFileSync(log, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.slice(-40).findLast((line) => /error|denied|not found|cannot/i.test(line)) ?? lines.at(-1);
}
