import { spawn } from "node:child_process";
import { PersonError } from "../../errors.ts";

export interface Ended {
  /** Null when it was killed for taking too long. */
  exitCode: number | null;
  standardOutput: string;
  standardError: string;
}

/** Runs Docker's own client to its end; it knows the daemon that the provider knows. */
export function docker(args: string[], timeoutMs = 60_000): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const client = spawn("docker", args, { stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
    let standardOutput = "";
    let standardError = "";
    client.stdout.setEncoding("utf8").on("data", (text: string) => (standardOutput += text));
    client.stderr.setEncoding("utf8").on("data", (text: string) => (standardError += text));
    client.on("error", reject);
    client.on("close", (exitCode) => resolve({ exitCode, standardOutput, standardError }));
  });
}

/**
 * What Docker's client prints on standard output.
 * @throws PersonError with the last lines that it printed when it fails.
 */
export async function readDocker(args: string[], timeoutMs = 10 * 60_000): Promise<string> {
  const ended = await docker(args, timeoutMs);
  if (ended.exitCode !== 0) throw new PersonError(`docker ${args[0]}: ${lastLines(ended)}`);
  return ended.standardOutput;
}

/** Arguments of `docker run` for a container that is thrown away: it can write nothing but what it is given, and reach nobody. */
export const thrownAway = [
  ...["--rm", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"],
];

/** The last lines of a program's output, for an error sentence. */
export function lastLines({ standardError, standardOutput }: Ended): string {
  const text = standardError.trim() || standardOutput.trim() || "nothing";
  return text.split("\n").slice(-5).join("\n");
}
