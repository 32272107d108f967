import { spawn } from "node:child_process";
import { projectRoot } from "../../infra/project.ts";
import type { RunningStack } from "../../running-stack/running-stack.ts";

/** `npm run up`, under way. */
export interface Deployment {
  /** Resolves with its last output once it has ended, whatever the status. */
  ended: Promise<{ status: number | null; said: string }>;
  /** Kills it and everything it started, without a chance to clean up. */
  kill: () => void;
}

/**
 * Starts a deployment as people do.
 * @param args Further arguments of `npm run up`.
 */
export function deploy(stack: RunningStack, ...args: string[]): Deployment {
  const command = ["cli/start.mjs", "up", "--stack", stack.name, ...args];
  // A process group of its own, so that all of it can be ended at once.
  const child = spawn(process.execPath, command, { cwd: projectRoot, detached: true, stdio: "pipe" });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2_000);
    });
  }
  const ended = new Promise<{ status: number | null; said: string }>((resolve) => {
    child.once("close", (status) => resolve({ status, said }));
  });
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  };
  stack.undoLater(async () => kill());
  return { ended, kill };
}

/**
 * Runs a deployment to its end.
 * @throws Error with its last output when it fails.
 */
export async function deployed(stack: RunningStack, ...args: string[]): Promise<void> {
  const { status, said } = await deploy(stack, ...args).ended;
  if (status !== 0) throw new Error(`The deployment ended with status ${status}: ${said}`);
}

/** Arguments that make a deployment replace containers, as a new version of their image would. */
export function replacing(...parts: string[]): string[] {
  return parts.flatMap((part) => ["--replace", `urn:pulumi:**::${part}`]);
}
