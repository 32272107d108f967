import { PersonError } from "../../errors.ts";
import { memoryPathOptions } from "../container/memory-path.ts";
import { docker, lastLines } from "./docker-client.ts";

/** A container that runs to its end. */
export interface JobRun {
  containerName: string;
  labels: Record<string, string>;
  image: string;
  user: string;
  command: string[];
  entrypoint?: string[];
  /** 256 when not given. */
  memoryMegabytes?: number;
  /** Besides /tmp. */
  memoryPaths?: string[];
  networks: string[];
  environment: Record<string, string>;
  secretsVolume: { name: string; path: string };
  timeoutSeconds: number;
}

/**
 * Runs the container and removes it. A leftover of the same name is removed first.
 * @returns The last line that it printed on standard output, or an empty string.
 * @throws PersonError with the job's exit code and its last lines when it fails or takes too long.
 */
export async function runJob(run: JobRun): Promise<string> {
  const name = run.containerName;
  await docker(["rm", "--force", name]);
  const created = await docker(createArguments(run));
  if (created.exitCode !== 0)
    throw new PersonError(`${name} cannot be created: ${created.standardError.trim()}`);
  try {
    for (const network of run.networks.slice(1)) await docker(["network", "connect", network, name]);
    const ended = await docker(["start", "--attach", name], run.timeoutSeconds * 1000);
    if (ended.exitCode === null) {
      throw new PersonError(
        `${name} did not end within ${run.timeoutSeconds} s. It said last: ${lastLines(ended)}`,
      );
    }
    if (ended.exitCode !== 0) {
      throw new PersonError(
        `${name} failed with exit code ${ended.exitCode}. It said last: ${lastLines(ended)}`,
      );
    }
    return ended.standardOutput.trimEnd().split("\n").at(-1) ?? "";
  } finally {
    await docker(["rm", "--force", name]);
  }
}

function createArguments(run: JobRun): string[] {
  const [entrypoint, ...first] = run.entrypoint ?? [];
  const [userId = ""] = run.user.split(":");
  const hardening = [
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--tmpfs=/tmp",
    ...(run.memoryPaths ?? [])
      .filter((path) => path !== "/tmp")
      .map((path) => `--tmpfs=${path}:${memoryPathOptions(userId)}`),
    `--memory=${run.memoryMegabytes ?? 256}m`,
  ];
  return [
    "create",
    `--name=${run.containerName}`,
    `--user=${run.user}`,
    `--network=${run.networks[0] ?? "none"}`,
    ...hardening,
    ...Object.entries(run.labels).map(([label, value]) => `--label=${label}=${value}`),
    ...Object.entries(run.environment).map(([variable, value]) => `--env=${variable}=${value}`),
    `--mount=type=volume,source=${run.secretsVolume.name},target=${run.secretsVolume.path},readonly`,
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    run.image,
    ...first,
    ...run.command,
  ];
}
