import { PersonError } from "../infra/errors.ts";
import { readPulumi } from "./pulumi/pulumi-cli.ts";

/** The outputs that drills need. */
export interface StackOutputs {
  target: "docker" | "aws";
  apiUrl: string;
  databaseUrl: string;
  databaseReadUrl: string;
  assetsUrl: string;
  monitoring: { metricsUrl: string | null; alertsUrl: string | null };
  release: { image: string; commit: string };
  service?: string;
}

/** The name that the project's own service has in its declaration. */
const ownService = "app";

/** Whether the project's own service is deployed, whose API some commands call. */
export function isOwnService({ service = ownService }: { service?: string }): boolean {
  return service === ownService;
}

/** @throws PersonError when it is another one. */
export function requireOwnService(stack: string, outputs: { service?: string }): void {
  if (isOwnService(outputs)) return;
  throw new PersonError(
    `The stack ${stack} deploys the service ${outputs.service}; this command calls the API of the project's own, which only a stack with capstone:serviceFolder app has.`,
  );
}

/** The outputs that are for everybody's eyes, on every target. */
export interface PublicOutputs {
  target: "docker" | "aws";
  apiUrl: string;
  /** As its declaration says it. A stack that was deployed with an older version has none, and our own. */
  service?: string;
  /** A stack that was deployed with an older version has none. */
  monitoring?: { metricsUrl: string | null; alertsUrl: string | null; dashboardsUrl: string | null };
}

/**
 * The outputs of a stack as JSON, as Pulumi prints it.
 * @param options as in "--show-secrets"; without it secrets are masked.
 * @throws PersonError when it is not up.
 */
export async function printedOutputs(stack: string, ...options: string[]): Promise<string> {
  const command = ["stack", "output", "--json", "--stack", stack, ...options];
  const printed = await readPulumi(command).catch((error) => {
    const reason = /no stack named/.test(error.stderr)
      ? "it was never brought up"
      : error.stderr.trim().replace(/^error: /, "");
    throw new PersonError(`The outputs of the stack ${stack} cannot be read: ${reason}.`);
  });
  if (printed.trim() === "{}") {
    throw new PersonError(
      `The stack ${stack} has no outputs: it is not up. Bring it up with \`npm run up -- --stack ${stack}\`.`,
    );
  }
  return printed;
}

/**
 * Reads the outputs of a running stack, secrets too.
 * @throws PersonError when there is no such stack, or it does not run on Docker.
 */
export async function readOutputs(stack: string): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const text = await readPulumi(args).catch((error: Error) => {
    throw new PersonError(`The stack ${stack} has no outputs; \`npm run up\` creates it. ${error.message}`);
  });
  const outputs = JSON.parse(text) as StackOutputs;
  if (!outputs.apiUrl) throw new PersonError(`The stack ${stack} is not up; \`npm run up\` brings it up.`);
  if (outputs.target !== "docker") {
    throw new PersonError(
      `The stack ${stack} runs on ${outputs.target}; these drills are for docker; for AWS see docs/aws.md.`,
    );
  }
  requireOwnService(stack, outputs);
  return outputs;
}
