import Docker from "dockerode";
import { clientEndpoint, thisMachine } from "../infra/docker/engine/endpoint.ts";
import { findEngine } from "../infra/docker/engine/find-engine.ts";
import { PersonError } from "../infra/errors.ts";

/**
 * Connects to the engine that Docker's client would use, as every command does.
 * @throws PersonError when none answers, or it is one that the stack cannot use.
 */
export async function connectEngine(): Promise<Docker> {
  const engine = await findEngine();
  if (!engine) {
    const { host, from } = clientEndpoint(thisMachine());
    throw new PersonError(
      `The Docker engine at ${host} (${from}) does not answer; \`npm run doctor\` says more.`,
    );
  }
  return new Docker({ socketPath: engine.socketPath });
}

/** Whether the engine refused a call with one of these codes: already done (304), not there (404), busy (409). */
export function isRefusal(error: unknown, ...statusCodes: number[]): boolean {
  return error instanceof Error && "statusCode" in error && statusCodes.includes(error.statusCode as number);
}
