import { spawn } from "node:child_process";

export interface Ended {
  /** Null when it was ended for taking too long. */
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

/** The end of what a container said, for a sentence to a person. */
export function lastLines({ standardError, standardOutput }: Ended): string {
  const text = standardError.trim() || standardOutput.trim() || "nothing";
  return text.split("\n").slice(-5).join("\n");
}
