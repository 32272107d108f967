import { readConfiguration } from "../../configuration/configuration.ts";

/** The program as the engine runs it, but anew each time: what stacks/index.ts does once. */
export async function runProgram(): Promise<object> {
  const configuration = readConfiguration();
  return configuration.target === "docker"
    ? (await import("../../../stacks/docker.ts")).deploy(configuration)
    : (await import("../../../stacks/aws.ts")).deploy(configuration);
}
