import Docker from "dockerode";
import { PersonError } from "../infra/errors.ts";

/**
 * Connects to the Docker engine at DOCKER_HOST, or this machine's.
 * @throws PersonError when it does not answer.
 */
export async function connectEngine(): Promise<Docker> {
  const engine = new Docker();
  try {
    await engine.ping();
  } catch (error) {
    const where = process.env.DOCKER_HOST ?? "/var/run/docker.sock";
    throw new PersonError(`The Docker engine at ${where} does not answer: ${(error as Error).message}`);
  }
  return engine;
}

/** Whether the engine refused a call with one of these codes: already done (304), not there (404), busy (409). */
export function isRefusal(error: unknown, ...statusCodes: number[]): boolean {
  return error instanceof Error && "statusCode" in error && statusCodes.includes(error.statusCode as number);
}
