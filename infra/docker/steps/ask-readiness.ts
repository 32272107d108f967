import { setTimeout as sleep } from "node:timers/promises";
import { PersonError } from "../../errors.ts";
import { docker, lastLines } from "./docker-client.ts";

export interface ReadinessQuestion {
  containerName: string;
  command: string[];
  timeoutSeconds: number;
}

const pauseMs = 300;

/**
 * Runs the command in the container until it succeeds.
 * @throws PersonError with the end of the container's log when it does not within the time.
 */
export async function askReadiness({
  containerName,
  command,
  timeoutSeconds,
}: ReadinessQuestion): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (Date.now() < deadline) {
    const answer = await docker(["exec", containerName, ...command], 5_000);
    if (answer.exitCode === 0) return;
    await sleep(pauseMs);
  }
  const log = await docker(["logs", "--tail", "5", containerName]);
  throw new PersonError(
    `${containerName} was not ready within ${timeoutSeconds} s. It said last: ${lastLines(log)}`,
  );
}
