import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../../infra/project.ts";

const execute = promisify(execFile);

export const stack = "test";

export interface Finished {
  exitCode: number;
  stdout: string;
  stderr: string;
  durationMs: number;
}

/** Runs a program to its end; a non-zero exit is an answer, not an exception. */
export async function run(
  program: string,
  args: string[],
  options: { cwd?: string; timeoutMs?: number; env?: NodeJS.ProcessEnv } = {},
) {
  const start = Date.now();
  const finished = await execute(program, args, {
    cwd: options.cwd ?? projectRoot,
    env: options.env ?? process.env,
    timeout: options.timeoutMs ?? 60_000,
    maxBuffer: 256 * 1024 * 1024,
  }).then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
    (error: { code?: number; stdout?: string; stderr?: string }) => ({
      exitCode: typeof error.code === "number" ? error.code : 1,
      stdout: error.stdout ?? "",
      stderr: error.stderr ?? String(error),
    }),
  );
  return { ...finished, durationMs: Date.now() - start } satisfies Finished;
}

/** One of the project's own commands, on the test stack. */
export function command(name: string, args: string[] = [], cwd: string = projectRoot): Promise<Finished> {
  return run("node", ["cli/start.mjs", name, "--stack", stack, ...args], { cwd, timeoutMs: 10 * 60_000 });
}

/** Runs a command that must succeed, and shows what it said when it does not. */
export async function mustSucceed(finished: Promise<Finished>): Promise<Finished> {
  const ended = await finished;
  if (ended.exitCode !== 0) {
    throw new Error(
      `exit code ${ended.exitCode}\n${ended.stdout.slice(-4000)}\n${ended.stderr.slice(-4000)}`,
    );
  }
  return ended;
}

export interface Outputs {
  apiUrl: string;
  healthUrl: string;
  databaseUrl: string;
  databaseReadUrl: string;
  assetsUrl: string;
  appNodes: string[];
  migration: string;
  release: { image: string; commit: string };
  monitoring: { metricsUrl: string | null; alertsUrl: string | null; dashboardsUrl: string | null };
}

export async function readOutputs(): Promise<Outputs> {
  const { stdout } = await mustSucceed(command("outputs", ["--show-secrets"]));
  return JSON.parse(stdout) as Outputs;
}

export async function docker(...args: string[]): Promise<string> {
  return (await mustSucceed(run("docker", args))).stdout.trim();
}

export function container(role: string, node: number): string {
  return `capstone-${stack}-${role}-${node}`;
}

/**
 * A copy of the project's files that shares its packages, to deploy a changed source from: the work tree stays as
 * it is.
 */
export async function copyOfProject(): Promise<{ path: string } & Disposable> {
  const path = mkdtempSync(join(tmpdir(), "capstone-release-"));
  const { stdout } = await mustSucceed(
    run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]),
  );
  for (const file of stdout.split("\0").filter(Boolean)) {
    cpSync(join(projectRoot, file), join(path, file), { recursive: true });
  }
  // With its history, so that a source that is not changed is the same release.
  cpSync(join(projectRoot, ".git"), join(path, ".git"), { recursive: true });
  symlinkSync(join(projectRoot, "node_modules"), join(path, "node_modules"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The identities of the stack's running containers: the same before and after where nothing was made anew. */
export async function runningContainers(): Promise<string[]> {
  const ids = await docker("ps", "--no-trunc", "--quiet", "--filter", `label=capstone.stack=${stack}`);
  return ids.split("\n").sort();
}

/** What one database node answers to a query, as text. */
export function query(node: number, sql: string): Promise<string> {
  const psql = [
    "psql",
    "--host=/run/postgresql",
    "--username=postgres",
    "--dbname=capstone",
    "--tuples-only",
    "--no-align",
  ];
  return docker("exec", container("database", node), ...psql, `--command=${sql}`);
}
